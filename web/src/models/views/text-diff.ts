// SPDX-License-Identifier: Apache-2.0
// What differs between two texts, line by line.

export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
  /** Line numbers from 1; null on the side that does not have the line. */
  before: number | null;
  after: number | null;
}

/** Cells of the table that finds the longest common lines; beyond it the middle counts as changed. */
const CELLS_MAX = 4_000_000;

/** Which lines of the two middles belong together, as pairs of places. */
function common(before: readonly string[], after: readonly string[]): [number, number][] {
  const width = after.length + 1;
  if ((before.length + 1) * width > CELLS_MAX) return [];
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < before.length && j < after.length;) {
    if (before[i] === after[j]) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

function lines_of(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** All lines of both, in order; what was removed stands before what was added. */
export function diff_lines(before_text: string, after_text: string): DiffLine[] {
  const before = lines_of(before_text);
  const after = lines_of(after_text);
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const pairs = common(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
  ).map(([i, j]): [number, number] => [i + head, j + head]);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  const go_to = (to_i: number, to_j: number): void => {
    for (; i < to_i; i += 1)
      lines.push({ kind: 'removed', text: before[i] ?? '', before: i + 1, after: null });
    for (; j < to_j; j += 1)
      lines.push({ kind: 'added', text: after[j] ?? '', before: null, after: j + 1 });
  };
  const same = (): void => {
    lines.push({ kind: 'same', text: before[i] ?? '', before: i + 1, after: j + 1 });
    i += 1;
    j += 1;
  };
  while (i < head) same();
  for (const [at_i, at_j] of pairs) {
    go_to(at_i, at_j);
    same();
  }
  go_to(before.length - tail, after.length - tail);
  while (i < before.length) same();
  return lines;
}

export interface DiffRow {
  left: DiffLine | null;
  right: DiffLine | null;
}

/** For two columns: what was removed beside what was added in its place. */
export function diff_rows(lines: readonly DiffLine[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      rows.push({ left: removed[at] ?? null, right: added[at] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}

/** Stretches that both have alike, longer than twice `around`, are cut to that at each end. */
export type DiffBlock = { kind: 'lines'; lines: DiffLine[] } | { kind: 'cut'; count: number };

export function diff_blocks(lines: readonly DiffLine[], around = 3): DiffBlock[] {
  const keep = new Set<number>();
  lines.forEach((line, at) => {
    if (line.kind === 'same') return;
    for (let near = at - around; near <= at + around; near += 1) keep.add(near);
  });
  const blocks: DiffBlock[] = [];
  lines.forEach((line, at) => {
    const last = blocks.at(-1);
    if (keep.has(at)) {
      if (last?.kind === 'lines') last.lines.push(line);
      else blocks.push({ kind: 'lines', lines: [line] });
    } else if (last?.kind === 'cut') last.count += 1;
    else blocks.push({ kind: 'cut', count: 1 });
  });
  return blocks;
}
