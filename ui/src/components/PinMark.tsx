import { Pin as PinIcon } from 'lucide-react';
import { useT } from '../app/i18n';

/// Says of a node that test runs take what was pinned to it and do not run it.
export function PinMark() {
  const t = useT();
  return <span className="pin-mark" title={t('pin.what')}><PinIcon size={12} strokeWidth={2} aria-hidden />{t('pin.pinned')}</span>;
}
