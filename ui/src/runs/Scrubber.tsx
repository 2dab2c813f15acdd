import { Slider } from 'antd';
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../app/i18n';
import type { Instance } from '../api/types';
import type { Connection, RunStore } from './runStore';

/// Shows the run as it was after any event of its history.
export function Scrubber({ run, instance, scrub, live }: { run: RunStore; instance: Instance; scrub: number | null; live: Connection }) {
  const t = useT();
  const last = instance.run?.events ?? 0;
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? scrub ?? last;
  useEffect(() => {
    if (dragged === null) return;
    const timer = setTimeout(() => void run.show(dragged >= last ? null : dragged), 120);
    return () => clearTimeout(timer);
  }, [dragged, run, last]);
  useEffect(() => setDragged(null), [scrub]);
  if (last < 2) return null;
  const go = (event: number) => void run.show(event >= last ? null : Math.max(1, event));
  const button = (label: string, icon: React.ReactNode, event: number, disabled: boolean) => <button type="button" className="icon-button" aria-label={label} title={label} disabled={disabled} onClick={() => go(event)}>{icon}</button>;
  return (
    <footer className="scrubber" aria-label={t('scrub.label')}>
      {button(t('scrub.first'), <ChevronFirst size={16} />, 1, shown <= 1)}
      {button(t('scrub.before'), <ChevronLeft size={16} />, shown - 1, shown <= 1)}
      {button(t('scrub.after'), <ChevronRight size={16} />, shown + 1, shown >= last)}
      {button(t('scrub.last'), <ChevronLast size={16} />, last, shown >= last)}
      <Slider className="scrub-slider" min={1} max={last} value={shown} onChange={setDragged} tooltip={{ formatter: (value) => t('scrub.event', { n: value ?? 0, all: last }) }} ariaLabelForHandle={t('scrub.label')} ariaValueTextFormatterForHandle={(value) => t('scrub.event', { n: value, all: last })} />
      <span className="numbers quiet">{t('scrub.event', { n: shown, all: last })}</span>
      {live !== 'closed' && <button type="button" className={`live-button${scrub === null ? ' on' : ''}`} aria-pressed={scrub === null} onClick={() => go(last)}><i className={`dot ${scrub === null && live === 'live' ? 'dot-ok' : 'dot-idle'}`} aria-hidden /> {t('state.live')}</button>}
    </footer>
  );
}
