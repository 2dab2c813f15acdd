import { Button, Checkbox, Input, Select } from 'antd';
import { Plus, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { JsonSchema } from '../api/types';
import { said, translateMaybe, useT } from '../app/i18n';
import { Field } from '../components/SchemaForm';
import type { Path } from '../document/source';
import { setValue } from '../document/splice';
import { fieldLabel } from './FieldControl';
import type { FieldSpec } from './Fields';
import { addProperty, formOf, isName, propertiesOf, removeProperty, renameProperty, requireProperty, types, type Property } from './properties';
import type { PartsProps } from './ShapeField';

interface Props extends PartsProps {
  /// The fields of one property, by a schema of their own.
  form: (base: Path, schema: JsonSchema, fields: readonly FieldSpec[]) => ReactNode;
}

const asYaml: JsonSchema = { properties: { property: {} } };

/// The JSON Schema of a plain object, as a list of its properties.
export function PropertiesField({ field, place, info, value, problem, edit, form }: Props) {
  const t = useT();
  const { name, context } = field;
  const label = fieldLabel(name, context);
  const properties = propertiesOf(value) ?? [];
  const schema = (value ?? {}) as Record<string, unknown>;
  const [added, setAdded] = useState(-1);
  return (
    <div className="shape" role="group" aria-label={label}>
      <Field label={label} code={label === name ? undefined : name} hint={said(info.help)} required={info.required} problem={problem(properties.filter((one) => !one.plain).map((one) => [...place, 'properties', one.name]))}>{null}</Field>
      {properties.map((one, index) => {
        const at = [...place, 'properties', one.name];
        return (
          <div className="shape-row" key={index} role="group" aria-label={`${label} ${one.name}`}>
            <div className="property-head">
              <PropertyName property={one} others={properties.filter((other) => other !== one)} focused={added === index} onRename={(to) => edit((text) => renameProperty(text, place, schema.required, one.name, to))} />
              {one.plain
                ? <Select aria-label={fieldLabel('type', 'property')} value={one.type} onChange={(type: string) => edit((text) => setValue(text, [...at, 'type'], type))} options={types.map((type) => ({ value: type, label: translateMaybe(`choice.type.${type}`) }))} />
                : <span className="quiet">{translateMaybe(`choice.type.${one.type}`)}</span>}
              <Checkbox checked={one.required} onChange={() => edit((text) => requireProperty(text, place, schema.required, one.name))}>{t('form.required')}</Checkbox>
              <button type="button" className="icon-button small" aria-label={`${t('do.delete')} ${one.name}`} onClick={() => edit((text) => removeProperty(text, place, schema, one.name))}><X size={14} /></button>
            </div>
            {one.plain
              ? form(at, formOf(one.type), Object.keys(formOf(one.type).properties as object).map((part): FieldSpec => ({ name: part, schemaPath: [part], context: 'property', folded: true, constant: true })))
              : form(at, asYaml, [{ name: one.name, place: at, schemaPath: ['property'], context: 'property', constant: true }])}
          </div>
        );
      })}
      <Button size="small" icon={<Plus size={14} />} onClick={() => (setAdded(properties.length), edit((text) => addProperty(text, place, properties)))}>{t('form.addProperty')}</Button>
    </div>
  );
}

/// The name is handed on when it is written out: half a name may be another property's.
function PropertyName({ property, others, focused, onRename }: { property: Property; others: readonly Property[]; focused: boolean; onRename: (name: string) => void }) {
  const t = useT();
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && typed !== property.name && !isName(typed, others);
  const finish = () => {
    if (typed === null || wrong) return;
    setTyped(null);
    if (typed !== property.name) onRename(typed);
  };
  return (
    <div>
      <Input className="mono" aria-label={t('form.name')} autoFocus={focused} value={typed ?? property.name} status={wrong ? 'error' : ''} onFocus={(event) => focused && event.target.select()} onChange={(event) => setTyped(event.target.value)} onBlur={finish} onPressEnter={(event) => !event.nativeEvent.isComposing && finish()} />
      {wrong && <div className="field-problem" role="alert">{t('form.propertyName')}</div>}
    </div>
  );
}
