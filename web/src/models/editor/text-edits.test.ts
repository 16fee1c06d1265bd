// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import {
  EditRefused,
  type Path,
  append_at,
  read_yaml,
  remove_at,
  set_at,
} from '@/models/editor/text-edits';
import { SAMPLES } from '@/models/editor/samples';

const TEXT = `# head
aiflow_dag: 1
dag_id: d  # its name
params: {a: 1, b: two}   # flow
tasks:
  # the first
  - task_id: first   # keep
    operator: BashOperator
    bash_command: |
      echo one
      echo two

  # the second
  - task_id: second
    operator: 'EmptyOperator'
    dependencies: [first]
    retries:
# tail
x-note: {any:   thing}
`;

/** What is left of the text when lines that differ are cut out: (removed, added). */
function difference(before: string, after: string): [string, string] {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
}

describe('a value is changed where it stands', () => {
  it.each<[string, (string | number)[], unknown, string, string]>([
    ['plain', ['dag_id'], 'other', 'd', 'other'],
    ['quoted', ['tasks', 1, 'operator'], 'X', "'EmptyOperator'", 'X'],
    ['in a flow map', ['params', 'b'], 'a: b', 'two', '"a: b"'],
    ['an item', ['tasks', 1, 'dependencies', 0], 'x', 'first', 'x'],
    ['an empty one', ['tasks', 1, 'retries'], 3, '', ' 3'],
    ['new key', ['tasks', 0, 'pool'], 'gpu', '', '    pool: gpu\n'],
    ['new key of a flow map', ['params', 'c'], [1], '', ', c: [1]'],
  ])('%s', (...[, path, value, gone, come]) => {
    expect(difference(TEXT, set_at(TEXT, path, value))).toEqual([gone, come]);
  });

  it('lines for one line, and back; a comment stays', () => {
    const many = set_at(TEXT, ['dag_id'], 'a\nb\n');
    expect(many).toContain('dag_id: | # its name\n  a\n  b\nparams');
    expect(set_at(TEXT, ['tasks', 0, 'bash_command'], 'ls')).toContain(
      'bash_command: ls\n\n  # the second',
    );
    const lists = set_at(TEXT, ['tasks', 0, 'env'], { A: '1', B: 'x\ny' });
    expect(lists).toContain('    env:\n      A: "1"\n      B: |-\n        x\n        y\n');
    expect(set_at(lists, ['tasks', 0, 'env'], { A: '2' })).toContain('    env:\n      A: "2"\n\n');
  });

  it('the same value changes nothing', () => {
    expect(set_at(TEXT, ['tasks', 1, 'operator'], 'EmptyOperator')).toBe(TEXT);
    expect(set_at(TEXT, ['params'], { b: 'two', a: 1 })).toBe(TEXT);
  });
});

describe('keys and items come and go', () => {
  it('removes a key with its line', () => {
    expect(difference(TEXT, remove_at(TEXT, ['tasks', 1, 'dependencies']))).toEqual([
      'dependencies: [first]\n    ',
      '',
    ]);
    expect(remove_at(TEXT, ['params', 'a'])).toContain('{b: two}   # flow');
    expect(remove_at(TEXT, ['params', 'b'])).toContain('{a: 1}   # flow');
    expect(remove_at(TEXT, ['tasks', 1, 'task_id'])).toContain("  - operator: 'EmptyOperator'");
    expect(remove_at(TEXT, ['no', 'such'])).toBe(TEXT);
  });

  it('adds an item as the list is written', () => {
    const more = append_at(TEXT, ['tasks'], { task_id: 'third', operator: 'EmptyOperator' });
    expect(more).toContain(
      '    retries:\n\n  - task_id: third\n    operator: EmptyOperator\n# tail',
    );
    expect(append_at(TEXT, ['tasks', 1, 'dependencies'], 'x')).toContain('[first, x]');
    expect(append_at(TEXT, ['tasks', 0, 'dependencies'], 'x')).toContain(
      '    dependencies:\n      - x\n\n  # the second',
    );
    expect(append_at('tasks: []\n', ['tasks'], { a: 1 })).toContain('tasks:\n  - a: 1\n');
    expect(append_at('tasks: [] # c\n', ['tasks'], 1)).toBe('tasks: # c\n  - 1\n');
    expect(append_at('a: 1', ['tasks'], { a: 1 })).toBe('a: 1\ntasks:\n  - a: 1\n');
  });

  it('removes items, the last one too', () => {
    const one = remove_at(TEXT, ['tasks', 0]);
    expect(one).toContain('  # the first\n\n  # the second\n  - task_id: second');
    const none = remove_at(one, ['tasks', 0]);
    expect(read_yaml(none).toJS()).toMatchObject({ tasks: [], 'x-note': { any: 'thing' } });
    expect(none).toContain('x-note: {any:   thing}');
  });
});

describe('what cannot be done without harm is refused', () => {
  it('an anchor that others name', () => {
    const text = 'a: &x 1\nb: *x\n';
    expect(() => set_at(text, ['a'], 2)).toThrow(EditRefused);
    expect(set_at(text, ['b'], 2)).toBe('a: &x 1\nb: 2\n');
    expect(() => remove_at(text, ['a'])).toThrow(EditRefused);
  });

  it('a broken text', () => {
    expect(() => set_at('a: [1\n', ['b'], 2)).toThrow(EditRefused);
  });
});

/** The same numbers each time: a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const VALUES: unknown[] = [
  'plain', '', 'yes', '012', 'a: b # c', '{{ ds }}', 'x\ny\n', '  lead\ntrail  \n\n', '한국어', '- a',
  0, -1.5, true, null, [], ['a', 'b: c'], { A: '1', 'k ey': 'x\ny' }, {}, [{ a: 1 }],
]; // prettier-ignore

function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    places(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length ? [path, ...inner] : inner;
}

/** Lines that only one of the two has, at most once each. */
function lost_lines(before: string, after: string): string[] {
  const left = after.split('\n');
  return before.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

/** Refused is null: what it says would have been wrong. */
function tried(make: () => string): string | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof EditRefused) return null;
    throw error;
  }
}

function edit_at(text: string, step: { kind: number; path: Path; value: unknown }): string {
  const { kind, path, value } = step;
  if (kind === 0) return remove_at(text, path);
  if (kind === 1) return append_at(text, path.slice(0, 1), value);
  return set_at(text, kind === 2 ? [...path.slice(0, -1), 'x-new'] : path, value);
}

describe('random edits of written documents', () => {
  it.each(Object.keys(SAMPLES))('%s', (name) => {
    const pick = numbers(name.length + 7);
    const rounds = 25;
    const steps = 4;
    let refused = 0;
    for (let round = 0; round < rounds; round += 1) {
      let text = SAMPLES[name] ?? '';
      for (let step = 0; step < steps; step += 1) {
        const all = places(read_yaml(text).toJS());
        const path = all[pick(all.length)] ?? [];
        const value = VALUES[pick(VALUES.length)];
        const in_list = typeof path.at(-1) === 'number';
        const kind = in_list ? 0 : pick(4);
        const before = text;
        const made = tried(() => edit_at(text, { kind, path, value }));
        if (made === null) refused += 1;
        text = made ?? text;
        expect(read_yaml(text).errors).toEqual([]);
        // What is added changes no line but, in one line's style, that one.
        if (kind === 2 && !read_yaml(before).hasIn([...path.slice(0, -1), 'x-new'])) {
          expect(lost_lines(before, text).length, text).toBeLessThanOrEqual(1);
        }
      }
    }
    // One of them has an anchor that an alias names: that is to be refused.
    expect(refused, 'hardly anything is refused').toBeLessThan(
      rounds * steps * (name === 'odd' ? 0.25 : 0.05),
    );
  });
});
