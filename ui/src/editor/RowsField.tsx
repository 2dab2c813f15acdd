import { Button } from 'antd';
import { Plus, X } from 'lucide-react';
import { said, useT } from '../app/i18n';
import { Field } from '../components/SchemaForm';
import { appendItem, removeValue } from '../document/splice';
import { fieldLabel } from './FieldControl';
import { initialOf, inOrder, shapeOf } from './shape';
import type { PartsProps } from './ShapeField';

/// A list of maps, each with the fields that its schema knows.
export function RowsField({ schema, field, place, schemaPath, info, value, problem, edit, secrets, nested }: PartsProps) {
  const t = useT();
  const { name, context } = field;
  const label = fieldLabel(name, context);
  const rows = (value as unknown[] | undefined) ?? [];
  const names = shapeOf(schema, [...schemaPath, 0])?.fields ?? [];
  return (
    <div className="shape" role="group" aria-label={label}>
      <Field label={label} code={label === name ? undefined : name} hint={said(info.help)} required={info.required} problem={problem(rows.flatMap((_row, index) => names.map((one) => [...place, index, one])))}>{null}</Field>
      {rows.map((_row, index) => (
        <div className="shape-row" key={index} role="group" aria-label={`${label} ${index + 1}`}>
          <button type="button" className="icon-button small shape-remove" aria-label={`${t('do.delete')} ${label} ${index + 1}`} onClick={() => edit((text) => removeValue(text, [...place, index]))}><X size={14} /></button>
          {nested([...place, index], inOrder(name, names).map((one) => ({ name: one.name, folded: one.folded, context: name, schemaPath: [...schemaPath, index, one.name] })))}
        </div>
      ))}
      <Button size="small" icon={<Plus size={14} />} onClick={() => edit((text) => appendItem(text, place, initialOf(schema, [...schemaPath, rows.length], secrets)))}>{t('do.add')}</Button>
    </div>
  );
}
