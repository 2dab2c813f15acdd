import i18next from 'i18next';
import { useCallback } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import { common } from './words/common';
import { editorWords } from './words/editor';
import { fieldWords } from './words/fields';
import { operationWords } from './words/operations';
import { runWords } from './words/runs';
import type { Language } from './preferences';

/// Every string of the product, English and Chinese side by side: [English, 中文].
const words = { ...common, ...editorWords, ...fieldWords, ...operationWords, ...runWords };

type Stem<K> = K extends `${infer S}_${'one' | 'other'}` ? S : K;
export type Word = Stem<keyof typeof words & string>;
export type Translate = (word: Word, values?: Record<string, string | number>) => string;

function resource(index: 0 | 1) {
  return { translation: Object.fromEntries(Object.entries(words as Record<string, readonly [string, string]>).map(([name, pair]) => [name, pair[index]])) };
}

let inChinese: ((sentence: string) => string | null) | null = null;

/// The table of the server's sentences is fetched for readers of Chinese only.
async function fetchSentences(language: Language): Promise<void> {
  if (language !== 'zh' || inChinese) return;
  try {
    inChinese = (await import('./sentences')).inChinese;
  } catch {
    // The server is away: its sentences stay in English until the language is chosen again.
  }
}

/// What the server says, in the reader's language; a sentence that has no Chinese stays as it is.
export function said(sentence: string): string {
  return (language() === 'zh' && inChinese?.(sentence)) || sentence;
}

export async function startI18n(language: Language): Promise<void> {
  await fetchSentences(language);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    keySeparator: false,
    nsSeparator: false,
    resources: { en: resource(0), zh: resource(1) },
    interpolation: { escapeValue: false },
  });
}

export async function changeLanguage(language: Language): Promise<void> {
  await fetchSentences(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  await i18next.changeLanguage(language);
}

export function useT(): Translate {
  const { t } = useTranslation();
  return useCallback((word, values) => t(word as string, values ?? {}), [t]);
}

/// For code outside of components.
export const translate: Translate = (word, values) => i18next.t(word as string, values ?? {});

export function language(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en';
}

/// A string known at run time only, such as a code the server sent; undefined when there is no word for it.
export function translateMaybe(word: string): string | undefined {
  return word in words || `${word}_other` in words ? i18next.t(word) : undefined;
}
