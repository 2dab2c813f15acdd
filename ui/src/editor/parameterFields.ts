import type { Path } from '../document/source';
import { setValue } from '../document/splice';
import type { Kind } from '../graph/model';
import type { Fields } from '../nodes/kind';
import { registry } from '../nodes/registry';
import type { FieldSpec } from './Fields';

const beside = new Set(['env', 'as', 'concurrency', 'on_item_error', 'count', 'key', 'match', 'source', 'detach', 'revision', 'timeout']);

/// The fields of a kind and where they stand: in the body, beside it, or as the body itself. `value` is the node at
/// `place`, or what undoes one.
export function parameterFields(place: Path, kind: Kind, value: Fields): FieldSpec[] {
  const spec = registry[kind];
  const body = value[kind];
  const isMapBody = typeof body === 'object' && body !== null && !Array.isArray(body);
  return spec.fields.map((name): FieldSpec => ({ ...one(name), context: kind }));

  function one(name: string): FieldSpec {
    const folded = spec.folded?.includes(name);
    const code = spec.code?.[name] !== undefined;
    if (name === kind) return { name, place: [...place, kind], folded, code };
    if (spec.scalarBody === true || (beside.has(name) && !(spec.kind === 'emit' && (name === 'key' || name === 'source')))) return { name, place: [...place, name], folded, code };
    const main = typeof spec.scalarBody === 'string' ? spec.scalarBody : spec.main;
    const schemaPath = [...place, kind, name];
    if (!isMapBody && name === main) return { name, place: [...place, kind], schemaPath: spec.scalarBody ? [...place, 'timeout'] : schemaPath, folded, code };
    const prepare = isMapBody ? undefined : (text: string) => setValue(text, [...place, kind], main && !spec.scalarBody && body !== undefined ? { [main]: body } : {});
    return { name, place: [...place, kind, name], schemaPath, folded, code, prepare };
  }
}
