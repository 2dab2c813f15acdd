import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { isAlias } from 'yaml';
import type { JsonSchema } from '../api/types';
import { said, translate, useT } from '../app/i18n';
import type { Path } from '../document/source';
import { nodeAt, valueAt } from '../document/source';
import { removeValue, setValue } from '../document/splice';
import { useStore } from '../components/store';
import type { Scope } from './completion';
import { Field } from '../components/SchemaForm';
import { ChoicesField } from './ChoicesField';
import { FieldControl, fieldLabel } from './FieldControl';
import { fieldInfo, fits, type FieldKind } from './fieldKinds';
import { propertiesOf } from './properties';
import { PropertiesField } from './PropertiesField';
import { RowsField } from './RowsField';
import type { Session } from './session';
import { chosenIn, shapeOf } from './shape';
import { ShapeField, type PartsProps } from './ShapeField';

export interface FieldSpec {
  name: string;
  /// Where its entry stands; without: `name` in `base`.
  place?: Path;
  /// What the entry's schema is found under; without: the place.
  schemaPath?: Path;
  code?: boolean;
  context?: string;
  folded?: boolean;
  /// Makes room for the entry first: a short form becomes a map.
  prepare?: (text: string) => string;
  /// What it is where its value does not stand at its place.
  value?: unknown;
  /// What `.` is in its expressions where that is not what it is elsewhere in the form.
  dot?: unknown;
  /// Whether its value cannot be an expression.
  constant?: boolean;
}

interface Props {
  session: Session;
  schema: JsonSchema;
  base: Path;
  fields: readonly FieldSpec[];
  node: string | null;
  scope: () => Scope;
  problems: (place: Path) => string | undefined;
}

/// Kinds that are forms of their own, or else YAML.
const structured = new Set<FieldKind>(['shape', 'rows', 'choices', 'schema']);

/// Fields of one thing, each an edit of its place in the text.
export function Fields({ session, schema, base, fields, node, scope, problems }: Props) {
  const t = useT();
  const source = useStore(session.store, (state) => state.source);
  const placeOf = (field: FieldSpec) => field.place ?? [...base, field.name];
  const valueOf = (field: FieldSpec) => field.value ?? valueAt(source, placeOf(field));
  /// The field whose YAML is being written: it stays YAML, also when a form could show what is there by now.
  const [held, setHeld] = useState('');
  const control = (field: FieldSpec) => {
    const place = placeOf(field);
    const schemaPath = field.schemaPath ?? place;
    const value = valueOf(field);
    const info = fieldInfo(schema, schemaPath.slice(0, -1), String(schemaPath.at(-1)));
    const label = fieldLabel(field.name, field.context);
    const edit = (change: (text: string) => string, typing = false) => {
      const text = change(field.prepare ? field.prepare(session.text) : session.text);
      if (typing) session.type(translate('edit.field', { field: label }), text, node);
      else session.edit(translate('edit.field', { field: label }), text, node);
    };
    const inner = 'dot' in field ? () => ({ ...scope(), values: { ...scope().values, '.': field.dot } }) : scope;
    const key = place.join('/');
    // What an alias stands for is edited where it is written.
    if (held !== key && fits(info.kind, value) && !isAlias(nodeAt(source, place))) {
      const parts: PartsProps = {
        schema, field, place, schemaPath, info, value, edit, secrets: scope().secrets,
        problem: (shown) => (shown.some((one) => problems(one)) ? undefined : problems(place)),
        nested: (at, specs) => <Fields {...{ session, schema, node, problems }} scope={inner} base={at} fields={specs.map((one) => ({ ...one, constant: field.constant, prepare: both(field.prepare, one.prepare) }))} />,
      };
      const shape = info.kind === 'shape' ? shapeOf(schema, schemaPath) : null;
      if (shape && chosenIn(shape, value) !== null) return <ShapeField key={key} {...parts} shape={shape} />;
      if (info.kind === 'rows') return <RowsField key={key} {...parts} />;
      if (info.kind === 'schema' && propertiesOf(value)) return <PropertiesField key={key} {...parts} form={(at, form, specs) => <Fields {...{ session, node, scope, problems }} schema={form} base={at} fields={specs} />} />;
      if (info.kind === 'choices') {
        return (
          <Field key={key} label={label} code={label === field.name ? undefined : field.name} hint={said(info.help)} required={info.required} problem={problems(place)}>
            <ChoicesField {...{ schema, schemaPath, place, label, edit }} name={field.name} context={field.context} choices={info.choices} value={(value as unknown[] | undefined) ?? []} required={info.required} />
          </Field>
        );
      }
    }
    const change = (next: unknown, typing: boolean) => edit((text) => (next === undefined ? removeValue(text, place) : setValue(text, place, next)), typing);
    const single = (
      <FieldControl
        key={key}
        name={field.name}
        info={info}
        constant={field.constant}
        ns={String(valueAt(source, ['namespace']) ?? 'default')}
        code={field.code}
        context={field.context}
        value={value}
        onChange={change}
        scope={inner}
        problem={problems(place)}
        undo={(redo) => (redo ? session.redo() : session.undo())}
      />
    );
    return structured.has(info.kind) ? <div key={key} onFocus={() => setHeld(key)} onBlur={() => setHeld('')}>{single}</div> : single;
  };
  const isSet = (field: FieldSpec) => valueOf(field) !== undefined;
  /// What stood in the fold when it was opened: it stays there, under the fingers, until it is closed.
  const [unfolded, setUnfolded] = useState<readonly string[]>([]);
  const isFolded = (field: FieldSpec) => field.folded === true && (!isSet(field) || unfolded.includes(field.name));
  const open = fields.filter((field) => !isFolded(field));
  const folded = fields.filter(isFolded);
  return (
    <div className="fields">
      {open.map(control)}
      {folded.length > 0 && (
        <details className="fold" onToggle={(event) => event.target === event.currentTarget && setUnfolded(event.currentTarget.open ? folded.map((field) => field.name) : [])}>
          <summary><ChevronRight size={14} aria-hidden /> {t('form.moreFields')} <span className="quiet">{folded.map((field) => fieldLabel(field.name, field.context)).join(' · ')}</span></summary>
          {folded.map(control)}
        </details>
      )}
    </div>
  );
}

function both(first?: (text: string) => string, then?: (text: string) => string) {
  return first && then ? (text: string) => then(first(text)) : (first ?? then);
}
