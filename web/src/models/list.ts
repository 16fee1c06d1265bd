// SPDX-License-Identifier: Apache-2.0

/** A copy of the list with one item changed. */
export function replaced<T>(list: readonly T[], at: number, item: T): T[] {
  const copy = [...list];
  copy[at] = item;
  return copy;
}

/** A copy with the item put in place of the one with the same key, else added at the given end. */
export function upserted<T>(
  list: readonly T[],
  item: T,
  key: (item: T) => string | number,
  where: 'first' | 'last',
): T[] {
  const at = list.findIndex((held) => key(held) === key(item));
  if (at >= 0) return replaced(list, at, item);
  return where === 'first' ? [item, ...list] : [...list, item];
}
