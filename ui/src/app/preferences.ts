import { createStore } from '../components/store';
import type { Theme } from './tokens';

export type Language = 'en' | 'zh';
export type ThemeChoice = Theme | 'system';

interface Preferences {
  language: Language;
  theme: ThemeChoice;
  sidebar: 'wide' | 'narrow';
  /// Single-letter shortcuts; some people's tools type letters.
  letters: boolean;
}

const key = 'weft.preferences';

function initial(): Preferences {
  const defaults: Preferences = {
    language: navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
    theme: 'system',
    sidebar: 'wide',
    letters: true,
  };
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

export const preferences = createStore<Preferences>(initial());

export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  preferences.set({ ...preferences.get(), [name]: value });
  try {
    localStorage.setItem(key, JSON.stringify(preferences.get()));
  } catch {
    // Private windows may have no storage; the choice then lasts until the page is closed.
  }
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');

export function effectiveTheme(choice: ThemeChoice): Theme {
  return choice === 'system' ? (systemDark.matches ? 'dark' : 'light') : choice;
}

export function onSystemTheme(listener: () => void): () => void {
  systemDark.addEventListener('change', listener);
  return () => systemDark.removeEventListener('change', listener);
}
