// SPDX-License-Identifier: Apache-2.0
// Why something is as it is, in the viewer's language: the server keeps it as an English text.
import { CAUSES } from '@/i18n/causes';
import type { Locale } from '@/i18n/format';

interface Rule {
  pattern: RegExp;
  ko: string;
}

const HOLE = /\{\{(\w+)\}\}/g;

/** "exit code {{code}}" -> what matches such a text, its holes by name. */
function rule_of([en, ko]: readonly [string, string]): Rule {
  const pattern = en
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(HOLE, (_, name: string) => (name === 'state' ? '(?<state>\\w+)' : `(?<${name}>.+)`));
  return { pattern: new RegExp(`^${pattern}$`, 's'), ko };
}

const RULES = CAUSES.map(rule_of);

/** Texts hold texts no deeper than this. */
const DEPTH_MAX = 4;

/** state_word - a state's name in the locale. A text that is not known stays as it is. */
export function cause_text(
  text: string,
  locale: Locale,
  state_word: (state: string) => string,
  depth = DEPTH_MAX,
): string {
  if (locale === 'en' || depth === 0) return text;
  for (const { pattern, ko } of RULES) {
    const values = pattern.exec(text)?.groups;
    if (values || pattern.test(text)) {
      return ko.replace(HOLE, (_, name: string) => {
        const value = values?.[name] ?? '';
        if (name === 'state') return state_word(value);
        return name === 'cause' ? cause_text(value, locale, state_word, depth - 1) : value;
      });
    }
  }
  return text;
}
