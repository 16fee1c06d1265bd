// SPDX-License-Identifier: Apache-2.0
// What operators and their arguments are for. The catalogue says it in English, from the docstrings;
// other languages are told by the English text, so that one that is out of date is not shown.
import { useTranslation } from 'react-i18next';
import korean from '@/i18n/editor/operators.ko.json';

const HINTS: Record<string, Readonly<Record<string, string>>> = { ko: korean };

export function useHint(): (doc: string) => string {
  const { i18n } = useTranslation();
  const known = HINTS[i18n.language] ?? {};
  return (doc) => known[doc] ?? doc;
}
