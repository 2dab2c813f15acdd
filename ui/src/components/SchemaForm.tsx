import { Input, InputNumber, Select, Switch } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { useT } from '../app/i18n';
import { jsonLines } from '../document/values';
import type { JsonSchema } from '../api/types';

/// A form made from a JSON Schema: for inputs of runs and answers of approvals. What it cannot show as fields it shows
/// as JSON; the server checks the whole.
export function SchemaForm({ schema, value, onChange, problems }: { schema: JsonSchema | null; value: unknown; onChange: (value: unknown) => void; problems?: ReadonlyMap<string, string> }) {
  const t = useT();
  const shown = isObjectSchema(schema);
  const [json, setJson] = useState(!shown);
  return (
    <div className="schema-form">
      {shown && (
        <div className="schema-mode" role="group">
          <button type="button" className="link" aria-pressed={!json} onClick={() => setJson(false)}>{t('form.fields')}</button>
          <button type="button" className="link" aria-pressed={json} onClick={() => setJson(true)}>JSON</button>
        </div>
      )}
      {json || !shown ? <JsonField label={t('form.json')} value={value} onChange={onChange} rows={8} /> : <Properties schema={schema} value={asObject(value)} onChange={onChange} problems={problems} path="" />}
    </div>
  );
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function isObjectSchema(schema: JsonSchema | null): schema is JsonSchema {
  return schema !== null && typeof schema === 'object' && typeof schema.properties === 'object' && Object.keys(schema.properties ?? {}).length > 0;
}

function Properties({ schema, value, onChange, problems, path }: { schema: JsonSchema; value: Record<string, unknown>; onChange: (value: unknown) => void; problems?: ReadonlyMap<string, string>; path: string }) {
  const properties = schema.properties as Record<string, JsonSchema>;
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return (
    <>
      {Object.entries(properties).map(([name, property]) => (
        <Property
          key={name}
          name={name}
          schema={property}
          required={required.has(name)}
          value={value[name]}
          problem={problems?.get(`${path}/${name}`)}
          onChange={(next) => {
            const copy = { ...value };
            if (next === undefined) delete copy[name];
            else copy[name] = next;
            onChange(copy);
          }}
        />
      ))}
    </>
  );
}

function Property({ name, schema, required, value, onChange, problem }: { name: string; schema: JsonSchema; required: boolean; value: unknown; onChange: (value: unknown) => void; problem?: string }) {
  const id = useId();
  const label = typeof schema.title === 'string' ? schema.title : name;
  const hint = typeof schema.description === 'string' ? schema.description : undefined;
  const frame = (control: ReactNode) => (
    <Field id={id} label={label} hint={hint} required={required} problem={problem} code={label === name ? undefined : name}>{control}</Field>
  );
  if (Array.isArray(schema.enum)) {
    return frame(<Select id={id} allowClear={!required} value={value === undefined ? undefined : JSON.stringify(value)} onChange={(text?: string) => onChange(text === undefined ? undefined : JSON.parse(text))} options={schema.enum.map((choice) => ({ value: JSON.stringify(choice), label: String(choice) }))} />);
  }
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (type === 'boolean') return frame(<Switch id={id} size="small" checked={value === true} onChange={onChange} />);
  if (type === 'number' || type === 'integer') {
    return frame(<InputNumber id={id} value={value as number | undefined} precision={type === 'integer' ? 0 : undefined} onChange={(next) => onChange(next ?? undefined)} style={{ width: '100%' }} />);
  }
  if (type === 'string') {
    const text = (value as string | undefined) ?? '';
    const change = (next: string) => onChange(next === '' && !required ? undefined : next);
    return frame(schema.format === 'textarea' || text.includes('\n') ? <Input.TextArea id={id} autoSize value={text} onChange={(event) => change(event.target.value)} /> : <Input id={id} value={text} placeholder={schema.default === undefined ? undefined : String(schema.default)} onChange={(event) => change(event.target.value)} />);
  }
  if (type === 'object' && isObjectSchema(schema)) {
    return <fieldset className="schema-group"><legend>{label}</legend><Properties schema={schema} value={asObject(value)} onChange={onChange} path={`/${name}`} /></fieldset>;
  }
  return frame(<JsonField id={id} value={value} onChange={onChange} rows={3} />);
}

/// A label above its control, help and problem under it.
export function Field({ id, label, hint, required, problem, code, children, side }: { id?: string; label: ReactNode; hint?: ReactNode; required?: boolean; problem?: string; code?: string; children: ReactNode; side?: ReactNode }) {
  return (
    <div className="field">
      <div className="field-head"><label htmlFor={id}>{label}{required && <span className="tone-fail" aria-hidden> *</span>}</label>{code && <code>{code}</code>}{side && <span className="field-side">{side}</span>}</div>
      {children}
      {problem ? <div className="field-problem" role="alert">{problem}</div> : hint ? <div className="field-hint">{hint}</div> : null}
    </div>
  );
}

/// Any value as JSON text; what cannot be read stays in the field and is not handed on.
export function JsonField({ id, label, value, onChange, rows }: { id?: string; label?: string; value: unknown; onChange: (value: unknown) => void; rows: number }) {
  const t = useT();
  const [text, setText] = useState(value === undefined ? '' : jsonLines(value));
  const [wrong, setWrong] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === '' ? undefined : JSON.parse(next));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <>
      <Input.TextArea id={id} aria-label={label} className="mono" autoSize={{ minRows: rows, maxRows: 24 }} spellCheck={false} status={wrong ? 'error' : ''} value={text} onChange={(event) => change(event.target.value)} />
      {wrong && <div className="field-problem" role="alert">{t('form.notJson')}</div>}
    </>
  );
}
