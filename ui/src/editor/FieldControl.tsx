import { Input, InputNumber, Segmented, Select, Switch } from 'antd';
import { useId, useState } from 'react';
import { parseDocument } from 'yaml';
import { said, translateMaybe, useT } from '../app/i18n';
import { Field } from '../components/SchemaForm';
import { jsonText, plain } from '../document/values';
import { renderMap } from '../document/render';
import type { Scope } from './completion';
import { asExpression, expressionOf, fits, type FieldInfo } from './fieldKinds';
import { ExpressionField } from './ExpressionField';
import { Cases } from './Cases';
import { Pairs } from './Pairs';
import { sourceOf, SuggestedField } from './SuggestedField';
import { TextEditor } from './TextEditor';

export interface FieldProps {
  name: string;
  info: FieldInfo;
  code?: boolean;
  value: unknown;
  /// undefined removes the entry. `typing`: joins what is typed into one step of the history.
  onChange: (value: unknown, typing: boolean) => void;
  scope: () => Scope;
  problem?: string;
  /// The kind of what the field belongs to: some names mean different things.
  context?: string;
  undo: (redo: boolean) => void;
  /// The namespace of the file.
  ns: string;
  /// Whether the value cannot be an expression.
  constant?: boolean;
}

/// Kinds of fields whose value may be an expression as a whole.
const dynamic = new Set(['text', 'texts', 'value', 'pairs', 'multiline']);

export function fieldLabel(name: string, context?: string): string {
  return translateMaybe(`field.${context}.${name}`) ?? translateMaybe(`field.${name}`) ?? name;
}

/// One field of a node, trigger or workflow, edited as its schema says.
export function FieldControl(props: FieldProps) {
  const t = useT();
  const id = useId();
  const { name, info, value, onChange, scope, undo } = props;
  const expression = expressionOf(value);
  const [asExpr, setAsExpr] = useState(expression !== null);
  const label = fieldLabel(name, props.context);
  const explained = info.kind === 'enum' ? translateMaybe(`explain.${name}.${String(value ?? 'unset')}`) : undefined;
  const help = explained ?? said(info.help);
  const isDynamic = dynamic.has(info.kind) && !props.constant;
  const source = sourceOf(name);
  const always = info.kind === 'condition';
  const showExpression = always || (isDynamic && (asExpr || expression !== null));
  const toggle = isDynamic && !props.code && (
    <Segmented
      size="small"
      className="mode"
      aria-label={t('form.mode', { field: label })}
      value={showExpression ? 'expression' : 'fixed'}
      options={[{ value: 'fixed', label: t('form.fixed') }, { value: 'expression', label: t('form.expression') }]}
      onChange={(mode) => {
        setAsExpr(mode === 'expression');
        if (mode === 'fixed' && expression !== null) onChange(expression.startsWith('.') || expression.startsWith('$') ? '' : expression, false);
        else if (mode === 'expression' && typeof value === 'string' && value !== '' && expression === null) onChange(asExpression(JSON.stringify(value)), false);
      }}
    />
  );
  const control = () => {
    if (props.code) return <TextEditor id={id} label={label} value={typeof value === 'string' ? value : ''} onChange={(text) => onChange(text, true)} language="code" onUndo={undo} />;
    if (showExpression) {
      const braces = expression !== null;
      const shown = expression ?? (typeof value === 'string' ? value : value === undefined ? '' : jsonText(value));
      const wrap = (text: string) => (text.trim() === '' ? undefined : braces || !always ? asExpression(text) : asExpression(text));
      return <ExpressionField id={id} label={label} value={shown} onChange={(text) => onChange(wrap(text), true)} scope={scope} condition={always && name !== 'foreach' && name !== 'key'} undo={undo} />;
    }
    if (source && ['text', 'texts', 'list'].includes(info.kind) && fits(info.kind, value)) {
      return <SuggestedField id={id} label={label} source={source} ns={props.ns} secrets={scope().secrets} value={value} list={info.kind === 'list'} several={info.kind !== 'text'} required={info.required} onChange={onChange} />;
    }
    // One text or a list of them: edited as what it is.
    switch (!fits(info.kind, value) ? 'value' : info.kind === 'texts' ? (Array.isArray(value) ? 'list' : 'text') : info.kind) {
      case 'enum':
        return <Select id={id} allowClear value={value === undefined ? undefined : String(value)} placeholder={info.fallback === undefined ? undefined : (translateMaybe(`choice.${String(info.fallback)}`) ?? String(info.fallback))} onChange={(text?: string) => onChange(info.choices.find((choice) => String(choice) === text), false)} options={info.choices.map((choice) => ({ value: String(choice), label: translateMaybe(`choice.${String(choice)}`) ?? String(choice) }))} />;
      case 'boolean':
        return <Switch id={id} size="small" checked={value === undefined ? info.fallback === true : value === true} onChange={(on) => onChange(on === (info.fallback ?? false) ? undefined : on, false)} />;
      case 'integer':
        return <InputNumber id={id} style={{ width: '100%' }} value={value as number | undefined} placeholder={info.fallback === undefined ? undefined : String(info.fallback)} onChange={(next) => onChange(next ?? undefined, true)} />;
      case 'duration':
        return <Input id={id} className="mono" value={(value as string | undefined) ?? ''} placeholder={typeof info.fallback === 'string' ? info.fallback : '30s · 5m · 1h30m'} onChange={(event) => onChange(event.target.value || undefined, true)} />;
      case 'list':
        return <Select id={id} mode="tags" open={false} suffixIcon={null} value={value === undefined ? [] : [value].flat().map(String)} placeholder={[info.fallback].flat().filter((one) => one !== undefined).join(', ')} onChange={(items: string[]) => onChange(items.length === 0 && !info.required ? undefined : items.map((item) => (!info.texts && /^-?\d+(\.\d+)?$/.test(item) ? Number(item) : item)), false)} />;
      case 'pairs':
        return <Pairs label={label} value={value} onChange={onChange} scope={scope} undo={undo} />;
      case 'cases':
        return <Cases value={value} onChange={onChange} scope={scope} undo={undo} />;
      case 'text':
        return <TextEditor id={id} label={label} value={typeof value === 'string' ? value : value === undefined ? '' : String(value)} onChange={(text) => onChange(text === '' && !info.required ? undefined : text, true)} singleLine={!String(value).includes('\n')} placeholder={typeof info.fallback === 'string' ? info.fallback : undefined} scope={scope} onUndo={undo} />;
      case 'multiline':
        return <TextEditor id={id} label={label} value={typeof value === 'string' ? value : ''} onChange={(text) => onChange(text === '' ? undefined : text, true)} scope={scope} onUndo={undo} />;
      default:
        return <ValueField id={id} label={label} value={value} onChange={(next) => onChange(next, true)} scope={scope} undo={undo} />;
    }
  };
  return (
    <Field id={id} label={label} code={label === name ? undefined : name} hint={help} required={info.required} problem={props.problem} side={toggle || undefined}>
      {control()}
    </Field>
  );
}

function yamlOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return renderMap(value as Record<string, unknown>).trimEnd();
  return renderMap({ k: value }).replace(/^k:\s?/, '').replace(/^\n/, '').replace(/^ {2}/gm, '').trimEnd();
}

/// Any value as a piece of YAML; what cannot be read stays in the field and is not handed on.
function ValueField({ id, label, value, onChange, scope, undo }: { id: string; label: string; value: unknown; onChange: (value: unknown) => void; scope: () => Scope; undo: (redo: boolean) => void }) {
  const t = useT();
  const [text, setText] = useState(() => yamlOf(value));
  const [focused, setFocused] = useState(false);
  const [wrong, setWrong] = useState(false);
  const shown = focused ? text : yamlOf(value);
  const change = (next: string) => {
    setText(next);
    const tree = parseDocument(next, { intAsBigInt: true });
    setWrong(tree.errors.length > 0);
    if (tree.errors.length === 0) onChange(next.trim() === '' ? undefined : plain(tree.toJS()));
  };
  return (
    <>
      <TextEditor id={id} label={label} value={shown} language="yaml" onChange={change} scope={scope} onFocus={() => (setText(yamlOf(value)), setFocused(true))} onBlur={() => (setFocused(false), setWrong(false))} onUndo={undo} />
      {wrong && <div className="field-problem" role="alert">{t('form.notYaml')}</div>}
    </>
  );
}
