// SPDX-License-Identifier: Apache-2.0
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from '@/i18n/en';
import { ko } from '@/i18n/ko';

export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'ko', name: '한국어' },
] as const;

const STORAGE_KEY = 'aiflow.language';

function first_language(): string {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'en' || stored === 'ko') return stored;
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

/** Starts the translations; both languages are in the bundle, so it is done at once. */
export function start_i18n(): void {
  void i18next.use(initReactI18next).init({
    lng: first_language(),
    fallbackLng: 'en',
    supportedLngs: ['en', 'ko'],
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
  document.documentElement.lang = i18next.language;
}

export function set_language(code: string): void {
  localStorage.setItem(STORAGE_KEY, code);
  document.documentElement.lang = code;
  void i18next.changeLanguage(code);
}
