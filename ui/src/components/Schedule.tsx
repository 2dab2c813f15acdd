import { language, useT } from '../app/i18n';
import { cronWords } from './cronWords';

/// A cron in words; `whole` shows it as it is written behind them. What words cannot say exactly is shown as it is written.
export function Schedule({ cron, whole = false }: { cron: string; whole?: boolean }) {
  useT(); // renders anew in another language
  const words = cronWords(cron, language());
  if (!words) return <code>{cron}</code>;
  return <span title={cron}>{words}{whole && <> <code className="quiet">{cron}</code></>}</span>;
}
