import { ChevronRight } from 'lucide-react';
import type { JsonSchema } from '../api/types';
import { translate, useT } from '../app/i18n';
import type { Path } from '../document/source';
import { valueAt } from '../document/source';
import { removeValue, setValue } from '../document/splice';
import { useStore } from '../components/store';
import type { Scope } from './completion';
import { FieldControl, fieldLabel } from './FieldControl';
import { fieldInfo } from './fieldKinds';
import type { Session } from './session';

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
}

interface Props {
  session: Session;
  schema: JsonSchema;
  base: Path;
  fields: readonly FieldSpec[];
  node: string | null;
  scope: () => Scope;
  problems: (place: Path) => string | undefined;
  /// Reads the value where it does not stand at its place.
  read?: (field: FieldSpec) => unknown;
}

/// Fields of one thing, each an edit of its place in the text.
export function Fields({ session, schema, base, fields, node, scope, problems, read }: Props) {
  const t = useT();
  const source = useStore(session.store, (state) => state.source);
  const control = (field: FieldSpec) => {
    const place = field.place ?? [...base, field.name];
    const schemaPath = field.schemaPath ?? place;
    const value = read ? read(field) : valueAt(source, place);
    const change = (next: unknown, typing: boolean) => {
      const label = translate('edit.field', { field: fieldLabel(field.name) });
      const before = field.prepare ? field.prepare(session.text) : session.text;
      const text = next === undefined ? removeValue(before, place) : setValue(before, place, next);
      if (typing) session.type(label, text, node);
      else session.edit(label, text, node);
    };
    return (
      <FieldControl
        key={place.join('/')}
        name={field.name}
        info={fieldInfo(schema, schemaPath.slice(0, -1), String(schemaPath.at(-1)))}
        code={field.code}
        context={field.context}
        value={value}
        onChange={change}
        scope={scope}
        problem={problems(place)}
        undo={(redo) => (redo ? session.redo() : session.undo())}
      />
    );
  };
  const isSet = (field: FieldSpec) => (read ? read(field) : valueAt(source, field.place ?? [...base, field.name])) !== undefined;
  const open = fields.filter((field) => !field.folded || isSet(field));
  const folded = fields.filter((field) => field.folded && !isSet(field));
  return (
    <div className="fields">
      {open.map(control)}
      {folded.length > 0 && (
        <details className="fold">
          <summary><ChevronRight size={14} aria-hidden /> {t('form.moreFields')} <span className="quiet">{folded.map((field) => fieldLabel(field.name)).join(' · ')}</span></summary>
          {folded.map(control)}
        </details>
      )}
    </div>
  );
}
