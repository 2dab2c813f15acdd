import { Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { api } from '../api/api';
import { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { JsonSchema } from '../api/types';
import { useT } from '../app/i18n';
import { go, paths } from '../app/router';
import { parse, valueAt } from '../document/source';
import { ProblemNote } from './problems';
import { Field, SchemaForm } from './SchemaForm';

interface Props {
  ns: string;
  name: string;
  title: string;
  /// Of the input; undefined: read it from the deployed revision.
  schema?: JsonSchema | null;
  initial?: unknown;
  onClose: () => void;
}

/// Values a schema gives by default, so that the form starts from them.
export function defaults(schema: JsonSchema | null): unknown {
  const properties = schema?.properties as Record<string, JsonSchema> | undefined;
  if (!properties) return {};
  return Object.fromEntries(Object.entries(properties).filter(([, property]) => property.default !== undefined).map(([name, property]) => [name, property.default]));
}

/// The schema as it is written: the fields of the form keep that order.
function inputOf(source: string | undefined): JsonSchema | null {
  return source === undefined ? null : ((valueAt(parse(source), ['input']) as JsonSchema | undefined) ?? null);
}

/// Starts a run of the deployed revision, then goes to it.
export function StartDialog({ ns, name, title, schema: given, initial, onClose }: Props) {
  const detail = useResource(given === undefined ? `start:${ns}/${name}` : null, (signal) => api.workflow(ns, name, signal));
  const schema = given !== undefined ? given : (inputOf(detail.data?.source));
  if (given === undefined && !detail.data && !detail.problem) return null;
  return <Start ns={ns} name={name} title={title} schema={schema} initial={initial} onClose={onClose} />;
}

function Start({ ns, name, title, schema, initial, onClose }: Props & { schema: JsonSchema | null }) {
  const t = useT();
  const keyId = useId();
  const [input, setInput] = useState<unknown>(initial ?? defaults(schema));
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { id } = await api.start(ns, name, input ?? {}, key.trim());
      onClose();
      if (id) go(paths.instance(id));
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
    }
  };
  return (
    <Modal open title={`${t('start.title')} · ${title}`} okText={t('start.start')} cancelText={t('do.cancel')} onOk={() => void start()} onCancel={onClose} okButtonProps={{ loading: busy }} destroyOnHidden>
      <form onSubmit={(event) => (event.preventDefault(), void start())}>
        <SchemaForm schema={schema} value={input} onChange={setInput} />
        <Field id={keyId} label={t('start.key')} hint={t('start.keyHint')}><Input id={keyId} value={key} onChange={(event) => setKey(event.target.value)} /></Field>
        <ProblemNote problem={problem} />
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}
