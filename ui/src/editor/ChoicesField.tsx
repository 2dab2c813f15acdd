import { Checkbox, Input } from 'antd';
import type { JsonSchema } from '../api/types';
import { translateMaybe } from '../app/i18n';
import type { Path } from '../document/source';
import { appendItem, removeValue, setValue } from '../document/splice';
import { schemasAt } from './schema';

interface Props {
  schema: JsonSchema;
  schemaPath: Path;
  place: Path;
  label: string;
  name: string;
  context?: string;
  choices: readonly unknown[];
  value: readonly unknown[];
  required: boolean;
  /// `typing`: joins what is typed into one step of the history.
  edit: (change: (text: string) => string, typing: boolean) => void;
}

/// The names of items such as `{ waiting: 2h }`: a map with one entry that holds a text.
function timedItems(schema: JsonSchema, schemaPath: Path): string[] {
  return schemasAt(schema, [...schemaPath, 0]).flatMap((one) => {
    const names = Object.keys((one.properties as object | undefined) ?? {});
    return names.length === 1 ? names : [];
  });
}

/// Any number of listed values, in the order in which they were chosen.
export function ChoicesField({ schema, schemaPath, place, label, name, context, choices, value, required, edit }: Props) {
  const word = (choice: string) => translateMaybe(`choice.${context}.${choice}`) ?? translateMaybe(`choice.${name}.${choice}`) ?? choice;
  const indexOf = (matches: (item: unknown) => boolean) => value.findIndex(matches);
  const put = (index: number, item: unknown) => edit((text) => {
    if (index < 0) return appendItem(text, place, item);
    return value.length === 1 && required ? setValue(text, place, []) : removeValue(text, [...place, index]);
  }, false);
  const timed = timedItems(schema, schemaPath).map((key) => {
    const index = indexOf((item) => typeof item === 'object' && item !== null && key in item);
    return { key, index, time: index < 0 ? '' : String((value[index] as Record<string, unknown>)[key] ?? '') };
  });
  return (
    <div className="choices" role="group" aria-label={label}>
      {choices.map((choice) => {
        const index = indexOf((item) => item === choice);
        return <Checkbox key={String(choice)} checked={index >= 0} onChange={() => put(index, choice)}>{word(String(choice))}</Checkbox>;
      })}
      {timed.map(({ key, index, time }) => (
        <span className="choice-timed" key={key}>
          <Checkbox checked={index >= 0} onChange={() => put(index, { [key]: '1h' })}>{word(key)}</Checkbox>
          {index >= 0 && <Input size="small" className="mono" aria-label={word(key)} value={time} placeholder="30m · 2h · 1d" onChange={(event) => edit((text) => setValue(text, [...place, index, key], event.target.value), true)} />}
        </span>
      ))}
    </div>
  );
}
