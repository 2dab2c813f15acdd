import { language, said, translateMaybe } from '../app/i18n';
import type { Diagnostic } from '../api/types';

/// A diagnostic in the reader's language; where its sentence has no Chinese, what its code means goes before it.
export function diagnosticText(diagnostic: Diagnostic): string {
  const text = said(diagnostic.message);
  const meaning = language() === 'zh' && text === diagnostic.message ? translateMaybe(`diagnostic.${diagnostic.code}`) : undefined;
  return meaning ? `${meaning}：${text}` : text;
}
