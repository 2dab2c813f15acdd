import { Button, Select } from 'antd';
import { Pin as PinIcon, PinOff } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { PinMark } from '../components/PinMark';
import { Field, JsonField } from '../components/SchemaForm';
import { useStore } from '../components/store';
import type { Pin } from './pins';
import type { Session } from './session';

/// The output that a node gives in test runs: pinned, typed, taken away. `cases` are the ways out it has, if any.
export function PinBox({ session, path, last, cases }: { session: Session; path: string; last: Pin | null; cases: readonly string[] }) {
  const t = useT();
  const pin = useStore(session.store, (state) => state.pins[path]);
  const [typing, setTyping] = useState<Pin | null>(null);
  const ready = typing !== null && typing.output !== undefined && (cases.length === 0 || cases.includes(typing.case ?? ''));
  return (
    <section className="pin-box" aria-label={t('pin.title')}>
      <h3>{t('pin.title')} {pin && <PinMark />}</h3>
      <p className="quiet">{t('pin.what')}</p>
      {pin && <JsonView title={pin.case === undefined ? t('pin.value') : `${t('pin.value')} → ${pin.case}`} value={pin.output} />}
      {typing && (
        <>
          {cases.length > 0 && <Field label={t('panel.case')}><Select aria-label={t('panel.case')} value={typing.case} onChange={(way: string) => setTyping({ ...typing, case: way })} options={cases.map((way) => ({ value: way, label: way }))} /></Field>}
          <JsonField label={t('pin.json')} rows={4} value={typing.output} onChange={(output) => setTyping({ ...typing, output })} />
        </>
      )}
      <p className="buttons">
        {typing ? (
          <>
            <Button size="small" type="primary" disabled={!ready} onClick={() => (session.pin(path, typing), setTyping(null))}>{t('pin.pin')}</Button>
            <Button size="small" onClick={() => setTyping(null)}>{t('do.cancel')}</Button>
          </>
        ) : (
          <>
            {last && <Button size="small" icon={<PinIcon size={14} />} onClick={() => session.pin(path, last)}>{t('pin.last')}</Button>}
            <Button size="small" onClick={() => setTyping(pin ?? last ?? { output: {}, ...(cases[0] ? { case: cases[0] } : {}) })}>{t('pin.type')}</Button>
            {pin && <Button size="small" icon={<PinOff size={14} />} onClick={() => session.pin(path, null)}>{t('pin.unpin')}</Button>}
          </>
        )}
      </p>
    </section>
  );
}
