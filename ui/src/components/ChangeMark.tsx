import { CircleMinus, CirclePlus, PencilLine, type LucideIcon } from 'lucide-react';
import { useT } from '../app/i18n';
import type { Change } from '../graph/compare';
import type { Tone } from './Status';

const looks: Record<Change, { icon: LucideIcon; tone: Tone }> = {
  added: { icon: CirclePlus, tone: 'ok' },
  changed: { icon: PencilLine, tone: 'wait' },
  removed: { icon: CircleMinus, tone: 'fail' },
};

/// What became of a part of a workflow: icon, word and colour, always all three. `short`: the word is for screen readers.
export function ChangeMark({ change, short = false }: { change: Change; short?: boolean }) {
  const t = useT();
  const { icon: Icon, tone } = looks[change];
  return (
    <span className={`status tone-${tone}`}>
      <Icon size={14} strokeWidth={2} aria-hidden />
      <span className={short ? 'sr' : undefined}>{t(`diff.${change}`)}</span>
    </span>
  );
}
