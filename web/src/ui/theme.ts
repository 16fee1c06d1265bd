// SPDX-License-Identifier: Apache-2.0
// Colours of everything that is not a state. The tokens live here, not in CSS, so that the
// contrast test reads the very values the page uses.
import { useSyncExternalStore } from 'react';
import { on_screen, state_css } from '@/ui/states';

export type Theme = 'light' | 'dark';
export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

export interface Tokens {
  bg: string;
  surface: string;
  sunken: string;
  hover: string;
  border: string;
  border_strong: string;
  text: string;
  text_2: string;
  accent: string;
  accent_ink: string;
  accent_text: string;
  accent_soft: string;
  danger: string;
  warn_bg: string;
  warn_text: string;
  error_bg: string;
  error_text: string;
}

export const TOKENS: Record<Theme, Tokens> = {
  light: {
    bg: '#f6f6f8',
    surface: '#ffffff',
    sunken: '#f0f1f4',
    hover: '#eff0f5',
    border: '#e1e3e9',
    border_strong: '#8b90a0',
    text: '#1a1c24',
    text_2: '#565b6a',
    accent: '#5b4ddb',
    accent_ink: '#ffffff',
    accent_text: '#4f41cc',
    accent_soft: '#eeecfb',
    danger: '#b3261e',
    warn_bg: '#fdf3dc',
    warn_text: '#6b4700',
    error_bg: '#fdecea',
    error_text: '#8e1c15',
  },
  dark: {
    bg: '#0f1015',
    surface: '#171920',
    sunken: '#1e2129',
    hover: '#22252f',
    border: '#2a2e39',
    border_strong: '#6d7384',
    text: '#e8e9ef',
    text_2: '#a3a8b7',
    accent: '#8b7dff',
    accent_ink: '#0d0e13',
    accent_text: '#a99fff',
    accent_soft: '#26244a',
    danger: '#ff8a80',
    warn_bg: '#33290f',
    warn_text: '#f2cf80',
    error_bg: '#3a1a19',
    error_text: '#ffb4ad',
  },
};

const STORAGE_KEY = 'aiflow.theme';

function token_css(tokens: Tokens): string {
  return Object.entries(tokens)
    .map(([name, value]) => `--${name.replaceAll('_', '-')}:${value};`)
    .join('');
}

/** Puts all colour variables into the page; called once, before the first paint of React. */
export function install_tokens(): void {
  const style = document.createElement('style');
  style.textContent =
    `:root{color-scheme:light;${token_css(TOKENS.light)}}` +
    on_screen(`:root[data-theme='dark']{color-scheme:dark;${token_css(TOKENS.dark)}}`) +
    state_css();
  document.head.append(style);
}

/** The user's choice; system when none was made. */
export function stored_theme(): ThemeChoice {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Applies a choice now and remembers it. */
export function apply_theme(choice: ThemeChoice): void {
  const dark = choice === 'dark' || (choice === 'system' && prefers_dark());
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, choice);
}

function prefers_dark(): boolean {
  return window.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;
}

/** Follows the system's theme while the choice is `system`. */
export function follow_system_theme(): void {
  window
    .matchMedia?.('(prefers-color-scheme: dark)')
    .addEventListener('change', () => apply_theme(stored_theme()));
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Applies a choice and tells whoever shows it. */
export function set_theme(choice: ThemeChoice): void {
  apply_theme(choice);
  for (const each of listeners) each();
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, stored_theme);
}

/** The theme that the page shows now. */
export function shown_theme(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

/** Tells of each change of what is shown, until the returned function is called. */
export function subscribe_theme(listener: () => void): () => void {
  const watcher = new MutationObserver(listener);
  watcher.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => watcher.disconnect();
}
