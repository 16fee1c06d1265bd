// SPDX-License-Identifier: Apache-2.0
// The same call for many things: a few at a time, and one that is refused does not end the rest.

export interface Refused<T> {
  item: T;
  error: Error;
}

const AT_ONCE = 4;

/** Does `work` with each item and returns those for which it failed. */
export async function each_of<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  on_progress: (done: number) => void = () => {},
): Promise<Refused<T>[]> {
  const todo = [...items];
  const refused: Refused<T>[] = [];
  let done = 0;
  const line = async (): Promise<void> => {
    for (let item = todo.shift(); item !== undefined; item = todo.shift()) {
      try {
        await work(item);
      } catch (error) {
        refused.push({ item, error: error instanceof Error ? error : new Error(String(error)) });
      }
      on_progress((done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return refused;
}
