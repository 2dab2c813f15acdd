import { Select } from 'antd';
import { X } from 'lucide-react';
import { Fragment, useId, useRef, type ReactNode } from 'react';
import type { JsonSchema } from '../api/types';
import { said, translateMaybe, useT } from '../app/i18n';
import { Field } from '../components/SchemaForm';
import type { Path } from '../document/source';
import { removeValue, setValue } from '../document/splice';
import { kindNames } from '../nodes/registry';
import type { Fields as NodeFields } from '../nodes/kind';
import type { Kind } from '../graph/model';
import { fieldLabel } from './FieldControl';
import type { FieldSpec } from './Fields';
import type { FieldInfo } from './fieldKinds';
import { parameterFields } from './parameterFields';
import { chosenIn, companionsOf, initialOf, inOrder, shapeOf, type Shape } from './shape';

export interface PartsProps {
  schema: JsonSchema;
  field: FieldSpec;
  place: Path;
  schemaPath: Path;
  info: FieldInfo;
  value: unknown;
  /// What is wrong with it, unless one of these places, which it shows, says it.
  problem: (shown: readonly Path[]) => string | undefined;
  /// One step of the history, made of the text as it is now.
  edit: (change: (text: string) => string) => void;
  secrets: readonly string[];
  nested: (base: Path, fields: readonly FieldSpec[]) => ReactNode;
}

/// Words for a way of writing a value: of the place, of the field, of any.
function wordFor(what: 'choice' | 'explain', { context, name }: FieldSpec, choice: string): string | undefined {
  return translateMaybe(`${what}.${context}.${name}.${choice}`) ?? translateMaybe(`${what}.${name}.${choice}`);
}

/// A map of named entries as a form of its own; where its schema tells ways of writing it apart, one is chosen first.
export function ShapeField({ schema, field, place, schemaPath, info, value, problem, edit, secrets, nested, shape }: PartsProps & { shape: Shape }) {
  const t = useT();
  const id = useId();
  /// The entries that other ways of writing it had, for whoever comes back to one.
  const kept = useRef(new Map<string, NodeFields>());
  const { name, context } = field;
  const label = fieldLabel(name, context);
  const choice = chosenIn(shape, value) ?? '';
  const isWord = shape.words.includes(choice);
  const ways = [...shape.words, ...shape.entries];
  const choose = (next?: string) => {
    if (next === choice) return;
    const had = choice === '' || isWord ? {} : (value as NodeFields);
    const beside = next === undefined ? [] : companionsOf(schema, schemaPath, next);
    const gone = Object.keys(had).filter((one) => one === choice || (shape.fields.includes(one) && !beside.includes(one)));
    if (gone.length > 0) kept.current.set(choice, Object.fromEntries(gone.map((one) => [one, had[one]])));
    edit((text) => {
      if (next === undefined) return removeValue(text, place);
      if (shape.words.includes(next)) return setValue(text, place, next);
      const needed = [next, ...(next === 'preset' ? ['secret'] : [])];
      const begun = kept.current.get(next) ?? Object.fromEntries(needed.map((one) => [one, initialOf(schema, [...schemaPath, one], secrets)]));
      if (gone.length === 0) return setValue(text, place, begun);
      const fresh = Object.keys(begun);
      const added = fresh.reduce((result, one, index) => setValue(result, [...place, one], begun[one], index === 0 ? choice : fresh[index - 1]), text);
      return gone.reduce((result, one) => removeValue(result, [...place, one]), added);
    });
  };
  /// What stands below the choice: fields, and the map they are entries of.
  const parts = (): { base: Path; fields: FieldSpec[] }[] => {
    if (isWord || (choice === '' && shape.entries.length > 0)) return [];
    const under = (steps: Path, context: string, names: readonly string[]) => inOrder(context, names).map(({ name: one, folded }): FieldSpec => ({ name: one, folded, context, schemaPath: [...schemaPath, ...steps, one] }));
    if (choice === '') {
      const fields = under([], name, shape.fields);
      const { short } = shape;
      if (typeof value !== 'number' || short === null) return [{ base: place, fields }];
      return [{ base: place, fields: fields.map((one) => ({ ...one, value: one.name === short ? value : undefined, prepare: (text) => setValue(text, place, { [short]: value }) })) }];
    }
    const entry = (value as NodeFields)[choice];
    const beside = companionsOf(schema, schemaPath, choice);
    if (name === 'compensate' && kindNames.has(choice)) {
      const own = parameterFields(place, choice as Kind, value as NodeFields).map((one) => ({ ...one, schemaPath: [...schemaPath, ...(one.schemaPath ?? one.place!).slice(place.length)] }));
      return [{ base: place, fields: [...own, ...under([], name, beside.filter((one) => !own.some((other) => other.name === one)))] }];
    }
    const inner = shapeOf(schema, [...schemaPath, choice]);
    if (inner && inner.entries.length === 0 && chosenIn(inner, entry) === '') {
      return [{ base: [...place, choice], fields: under([choice], choice, inner.fields) }, { base: place, fields: under([], name, beside) }];
    }
    return [{ base: place, fields: [{ name: choice, context: name, schemaPath: [...schemaPath, choice] }, ...under([], name, beside)] }];
  };
  const explained = wordFor('explain', field, choice || 'unset');
  const inside = parts().filter(({ fields }) => fields.length > 0);
  return (
    <div className="shape" role="group" aria-label={label}>
      <Field
        id={ways.length > 0 ? id : undefined}
        label={label}
        code={label === name ? undefined : name}
        hint={explained ?? said(info.help)}
        required={info.required}
        problem={problem(inside.flatMap(({ base, fields }) => fields.map((one) => one.place ?? [...base, one.name])))}
        side={value !== undefined && !info.required && <button type="button" className="icon-button small" aria-label={`${t('do.delete')} ${label}`} onClick={() => choose(undefined)}><X size={14} /></button>}
      >
        {ways.length > 0 && (
          <Select
            id={id}
            value={choice || undefined}
            placeholder={typeof info.fallback === 'string' ? (wordFor('choice', field, info.fallback) ?? info.fallback) : t('form.choose')}
            onChange={choose}
            options={ways.map((way) => ({ value: way, label: wordFor('choice', field, way) ?? translateMaybe(`kind.${way}`) ?? way }))}
          />
        )}
      </Field>
      {inside.length > 0 && <div className="shape-parts">{inside.map(({ base, fields }) => <Fragment key={base.length}>{nested(base, fields)}</Fragment>)}</div>}
    </div>
  );
}
