/** Words in the reader's language. The other language's table is fetched only when it is asked for. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Words } from './table.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'plumeline.language';

export async function startWords(): Promise<void> {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await loadWords(language) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  showLanguage(language);
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await loadWords(language));
  }
  await i18next.changeLanguage(language);
  localStorage.setItem(STORAGE_KEY, language);
  showLanguage(language);
}

async function loadWords(language: Language): Promise<Words> {
  return language === 'es' ? (await import('./es.ts')).es : (await import('./en.ts')).en;
}

function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'en' || stored === 'es') return stored;
  return navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en';
}

function showLanguage(language: Language): void {
  document.documentElement.lang = language;
}
