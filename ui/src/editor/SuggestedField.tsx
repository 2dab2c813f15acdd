import { AutoComplete, Select } from 'antd';
import { api } from '../api/api';
import { useResource } from '../api/resource';

/// Fields whose values the server or the file knows.
export type Source = 'channels' | 'workflows' | 'secrets';

const sources: Record<string, Source> = { to: 'channels', error_workflow: 'workflows', workflow: 'workflows', secret: 'secrets' };

export function sourceOf(name: string): Source | null {
  return sources[name] ?? null;
}

interface Props {
  id: string;
  label: string;
  source: Source;
  ns: string;
  secrets: readonly string[];
  value: unknown;
  /// Whether the value is always a list.
  list: boolean;
  /// Whether it may be several.
  several: boolean;
  required: boolean;
  onChange: (value: unknown, typing: boolean) => void;
}

function useSuggestions(source: Source, ns: string, secrets: readonly string[]): string[] {
  const channels = useResource(source === 'channels' ? 'channels' : null, (signal) => api.channels(signal));
  const workflows = useResource(source === 'workflows' ? 'workflows' : null, (signal) => api.workflows(signal));
  switch (source) {
    case 'channels': return (channels.data?.items ?? []).map((one) => one.name);
    case 'workflows': return (workflows.data?.items ?? []).filter((one) => one.namespace === ns).map((one) => one.name);
    case 'secrets': return [...secrets];
  }
}

/// A name, or several, that is chosen from those that are known or typed.
export function SuggestedField({ id, label, source, ns, secrets, value, list, several, required, onChange }: Props) {
  const options = useSuggestions(source, ns, secrets).map((name) => ({ value: name, label: name }));
  if (several) {
    const put = (names: string[]) => {
      if (names.length === 0 && !required) return onChange(undefined, false);
      onChange(list || Array.isArray(value) || names.length !== 1 ? names : names[0], false);
    };
    return <Select id={id} aria-label={label} mode="tags" value={value === undefined ? [] : [value].flat().map(String).filter((name) => name !== '')} options={options} onChange={put} />;
  }
  const known = options.some((one) => one.value === value);
  return (
    <AutoComplete
      id={id}
      aria-label={label}
      className="mono"
      value={value === undefined ? '' : String(value)}
      options={options}
      filterOption={(typed, option) => known || option!.value.includes(typed)}
      onChange={(name: string) => onChange(name === '' && !required ? undefined : name, true)}
    />
  );
}
