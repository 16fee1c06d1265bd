// SPDX-License-Identifier: Apache-2.0
// Finds what someone may mean by a few letters: "chm" is churn_model.

export interface FuzzyHit {
  /** Higher is nearer. */
  score: number;
  /** Places in the text that matched, ascending. */
  places: number[];
}

const AT_START = 12;
const AT_WORD = 8;
const IN_ROW = 6;

const is_break = (text: string, at: number): boolean => /[\s_\-./:·]/.test(text[at - 1] ?? ' ');

/** One word's letters in their order, from `from` on: the first ones that stand where words begin
 *  are taken before others. */
function match_word(text: string, word: string): FuzzyHit | null {
  const whole = text.indexOf(word);
  if (whole >= 0) {
    const at = [...text.matchAll(new RegExp(escape(word), 'g'))]
      .map((match) => match.index)
      .find((place) => is_break(text, place));
    const start = at ?? whole;
    const places = Array.from(word, (_, step) => start + step);
    const bonus = start === 0 ? AT_START : is_break(text, start) ? AT_WORD : 0;
    return { score: word.length * IN_ROW + bonus, places };
  }
  const places: number[] = [];
  let score = 0;
  for (const letter of word) {
    const from = (places.at(-1) ?? -1) + 1;
    let at = text.indexOf(letter, from);
    if (at < 0) return null;
    // Not beside the last letter: the beginning of a later word is meant more often.
    for (let next = at; at !== from && next >= 0; next = text.indexOf(letter, next + 1)) {
      if (!is_break(text, next)) continue;
      at = next;
      break;
    }
    score += at === from && places.length > 0 ? IN_ROW : is_break(text, at) ? AT_WORD - 2 : -1;
    places.push(at);
  }
  return score > 0 ? { score, places } : null;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** How well a text answers what was typed, letter case aside; null = not at all. Each word of the
 *  query must be in it, in any order. */
export function fuzzy(text: string, query: string): FuzzyHit | null {
  const low = text.toLowerCase();
  const places = new Set<number>();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const hit = match_word(low, word);
    if (!hit) return null;
    score += hit.score;
    for (const place of hit.places) places.add(place);
  }
  // Of two that match the same, the shorter one is nearer.
  return { score: score - text.length / 100, places: [...places].sort((a, b) => a - b) };
}
