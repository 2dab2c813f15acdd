import { translateMaybe, language, type Translate } from '../app/i18n';
import type { Diagnostic } from '../api/types';

/// A diagnostic in the reader's language: in Chinese what its code means goes before the server's own sentence.
export function diagnosticText(diagnostic: Diagnostic, _t: Translate): string {
  const meaning = language() === 'zh' ? translateMaybe(`diagnostic.${diagnostic.code}`) : undefined;
  return meaning ? `${meaning}：${diagnostic.message}` : diagnostic.message;
}
