// SPDX-License-Identifier: Apache-2.0
// Changes of a YAML text at one place: what is not changed stays as it was written, byte for byte,
// with its comments, order and spelling. Each result is read again and compared with what it should
// say, so a text that is written in an unforeseen way is refused, never spoilt.
import {
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
} from 'yaml';
import { equal } from '@/models/editor/equal';

export type Path = readonly (string | number)[];

/** The text cannot be changed so by the form; it can by hand. */
export class EditRefused extends Error {}

/** As the server reads it: YAML 1.2, no merge keys. */
export function read_yaml(text: string): Document {
  return parseDocument(text, { version: '1.2', merge: false, prettyErrors: true });
}

/** Not part of the text that a caller passes in: what a key is removed by. */
const GONE = Symbol('gone');
type Value = unknown;

const start_of = (node: Node): number => node.range?.[0] ?? 0;
const column_of = (text: string, at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1);
const is_flow = (node: Node): boolean => isCollection(node) && node.flow === true;

/** An empty one is no sign that somebody wants all in one line. */
const is_filled_flow = (node: Node): boolean =>
  isCollection(node) && node.flow === true && node.items.length > 0;

/** After the line break of the line on which `at` is; `at` itself when it begins a line. */
function line_end(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** Where the last character that belongs to a node's value ends. */
function content_end(node: Node): number {
  if (isCollection(node) && !is_flow(node)) {
    const last = node.items.at(-1);
    if (isNode(last)) return content_end(last);
    if (last) return pair_end(last as Pair);
  }
  return node.range?.[1] ?? 0;
}

function pair_end(pair: Pair): number {
  const key = pair.key as Node;
  return Math.max(key.range?.[1] ?? 0, isNode(pair.value) ? content_end(pair.value) : 0);
}

function flow_text(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(flow_text).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, one]) => `${flow_text(key)}: ${flow_text(one)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  if (typeof value === 'string' && /[\n\r]/.test(value)) return JSON.stringify(value);
  const listed = stringify([value], { collectionStyle: 'flow', lineWidth: 0, version: '1.2' });
  return listed.trim().slice(1, -1).trim();
}

/** `key: value` as lines of a block, the first one without indentation. */
function block_pair(key: string, value: Value, indent: number): string {
  const text = stringify({ [key]: value }, { lineWidth: 0, version: '1.2' });
  return indented(text.replace(/\n$/, ''), indent);
}

const indented = (text: string, indent: number): string =>
  text.replace(/\n(?=[^\n])/g, `\n${' '.repeat(indent)}`);

/** A new item's lines; what is in it stands two columns further right. */
function block_item(value: Value, indent: number): string {
  const text = stringify([value], { lineWidth: 0, version: '1.2' });
  return indented(text.replace(/\n$/, ''), indent);
}

const splice = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

/** Puts whole lines at a place that begins a line. */
function insert_lines(text: string, at: number, lines: string): string {
  const before = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return splice(text, at, at, `${before}${lines}\n`);
}

function find_pair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The map or list that holds what `path` names. */
function holder_of(doc: Document, path: Path): Node {
  const inner = path.slice(0, -1);
  const found = inner.length === 0 ? doc.contents : doc.getIn(inner, true);
  if (!isNode(found)) throw new EditRefused('there is nothing at that place');
  return found;
}

/** The place of a value behind its key: from the colon on. */
function after_colon(text: string, pair: Pair): number {
  const key = pair.key as Node;
  const at = text.indexOf(':', key.range?.[1] ?? 0);
  if (at < 0) throw new EditRefused('this key has no colon');
  return at + 1;
}

function with_new_key(text: string, map: YAMLMap, key: string, value: Value): string {
  if (is_flow(map)) {
    const entry = `${flow_text(key)}: ${flow_text(value)}`;
    const last = map.items.at(-1);
    if (!last) return splice(text, start_of(map), map.range?.[1] ?? 0, `{${entry}}`);
    return splice(text, pair_end(last), pair_end(last), `, ${entry}`);
  }
  const first = map.items[0];
  const last = map.items.at(-1);
  if (!first || !last) throw new EditRefused('an empty map');
  const indent = column_of(text, start_of(first.key as Node));
  const lines = ' '.repeat(indent) + block_pair(key, value, indent);
  return insert_lines(text, line_end(text, pair_end(last)), lines);
}

function with_new_value(text: string, map: YAMLMap, pair: Pair, value: Value): string {
  const old = isNode(pair.value) ? pair.value : null;
  const key = pair.key as Node;
  if (is_flow(map) || (old && is_filled_flow(old) && typeof value === 'object' && value !== null)) {
    const from = old && old.range && old.range[1] > old.range[0] ? old.range[0] : null;
    if (from === null)
      return splice(text, after_colon(text, pair), pair_end(pair), ` ${flow_text(value)}`);
    return splice(text, from, old?.range?.[1] ?? from, flow_text(value));
  }
  const indent = column_of(text, start_of(key));
  const written = block_pair(String((key as { value?: unknown }).value), value, indent);
  const said = written.slice(
    written.indexOf(':', flow_text((key as { value?: unknown }).value).length) + 1,
  );
  const is_plain = !said.includes('\n');
  const old_end = old ? content_end(old) : after_colon(text, pair);
  const was_plain =
    old !== null && isScalar(old) && !text.slice(start_of(old), old_end).includes('\n');
  if (is_plain && was_plain && old_end > start_of(old)) {
    return splice(text, start_of(old), old_end, said.trim());
  }
  // Whole lines: a comment behind the value goes behind what takes its place, if that has one line.
  const from = after_colon(text, pair);
  const to = line_end(text, Math.max(old_end, from));
  const rest =
    was_plain || old === null || is_flow(old) || old_end === start_of(old)
      ? text.slice(Math.max(old_end, from), to).trim()
      : '';
  const [head, ...more] = said.split('\n');
  const comment = rest.startsWith('#') ? ` ${rest}` : '';
  return splice(text, from, to, `${[`${head}${comment}`, ...more].join('\n')}\n`);
}

function without_key(text: string, map: YAMLMap, pair: Pair): string {
  const at = map.items.indexOf(pair);
  const start = start_of(pair.key as Node);
  const next = map.items[at + 1];
  if (map.items.length === 1) {
    return splice(
      text,
      is_flow(map) ? start_of(map) : start,
      is_flow(map) ? (map.range?.[1] ?? 0) : pair_end(pair),
      '{}',
    );
  }
  if (is_flow(map)) {
    const before = map.items[at - 1];
    if (before) return splice(text, pair_end(before), pair_end(pair), '');
    return splice(text, start, start_of(next?.key as Node), '');
  }
  const line_start = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(line_start, start).trim() === '') {
    return splice(text, line_start, line_end(text, pair_end(pair)), '');
  }
  // The first one of a list's item: the next takes its place behind the dash.
  if (!next) throw new EditRefused('this stands on the line of something else');
  return splice(text, start, start_of(next.key as Node), '');
}

function with_new_item(text: string, list: YAMLSeq, value: Value): string {
  const last = list.items.at(-1) as Node | undefined;
  if (is_flow(list)) {
    if (!last) return splice(text, start_of(list), list.range?.[1] ?? 0, `[${flow_text(value)}]`);
    return splice(text, content_end(last), content_end(last), `, ${flow_text(value)}`);
  }
  if (!last) throw new EditRefused('an empty list');
  const indent = column_of(text, start_of(list));
  const end = line_end(text, content_end(last));
  // Lists that are written with empty lines between the items go on like that.
  const before = list.items.at(-2) as Node | undefined;
  const gap =
    before && /\n[ \t]*\n/.test(text.slice(content_end(before) - 1, start_of(last))) ? '\n' : '';
  return insert_lines(text, end, gap + ' '.repeat(indent) + block_item(value, indent));
}

function without_item(text: string, list: YAMLSeq, at: number): string {
  const item = list.items[at] as Node;
  if (is_flow(list)) {
    const before = list.items[at - 1] as Node | undefined;
    const next = list.items[at + 1] as Node | undefined;
    if (before) return splice(text, content_end(before), content_end(item), '');
    if (next) return splice(text, start_of(item), start_of(next), '');
    return splice(text, start_of(list), list.range?.[1] ?? 0, '[]');
  }
  const dash = text.lastIndexOf('-', start_of(item));
  const line_start = text.lastIndexOf('\n', dash - 1) + 1;
  if (text.slice(line_start, dash).trim() !== '') throw new EditRefused('nested in one line');
  return splice(text, line_start, line_end(text, content_end(item)), '');
}

/** What a document says, with a value put at, or (GONE) taken from, a place. */
function changed(root: unknown, path: Path, value: Value): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(root)) {
    const list = [...(root as unknown[])];
    if (rest.length === 0 && value === GONE) list.splice(Number(key), 1);
    else list[Number(key)] = changed(list[Number(key)], rest, value);
    return list;
  }
  const map = root as Record<string, unknown>;
  const name = String(key);
  if (rest.length > 0 || value !== GONE) {
    return { ...map, [name]: changed(map[name] ?? {}, rest, value) };
  }
  return Object.fromEntries(Object.entries(map).filter(([one]) => one !== name));
}

function edited(text: string, doc: Document, path: Path, value: Value): string {
  const holder = holder_of(doc, path);
  const key = path.at(-1);
  if (isMap(holder) && typeof key === 'string') {
    const pair = find_pair(holder, key);
    if (value === GONE) return pair ? without_key(text, holder, pair) : text;
    return pair
      ? with_new_value(text, holder, pair, value)
      : with_new_key(text, holder, key, value);
  }
  if (isSeq(holder) && typeof key === 'number') {
    if (value === GONE) {
      if (holder.items.length === 1 && !is_flow(holder))
        return edited(text, doc, path.slice(0, -1), []);
      return without_item(text, holder, key);
    }
    if (key === holder.items.length) return with_new_item(text, holder, value);
    const old = holder.items[key];
    if (isScalar(old) && old.range)
      return splice(text, old.range[0], old.range[1], flow_text(value));
  }
  throw new EditRefused('there is nothing at that place');
}

function checked(before: Document, text: string, path: Path, value: Value): string {
  const after = read_yaml(text);
  const wanted = changed(before.toJS(), path, value);
  if (after.errors.length === 0 && equal(said_by(after), wanted)) return text;
  throw new EditRefused('the text is written in a way that the form cannot change');
}

/** Undefined when it cannot be told: it names an anchor that is not there. */
function said_by(doc: Document): unknown {
  try {
    return doc.toJS() as unknown;
  } catch {
    return undefined;
  }
}

function change(text: string, path: Path, value: Value): string {
  const doc = read_yaml(text);
  if (doc.errors.length > 0) throw new EditRefused('the text has an error');
  return checked(doc, edited(text, doc, path, value), path, value);
}

/**
 * The text with a value at that place; a missing last key is added. The same value changes nothing.
 * Throws EditRefused.
 */
export function set_at(text: string, path: Path, value: Value): string {
  const now = read_yaml(text).toJS() as unknown;
  const found = path.reduce<unknown>(
    (one, key) => (one as Record<string | number, unknown> | undefined | null)?.[key],
    now,
  );
  return found !== undefined && equal(found, value) ? text : change(text, path, value);
}

/** Several texts that are there already, all at once: as set_at for each. Throws EditRefused. */
export function set_texts(text: string, changes: readonly (readonly [Path, string])[]): string {
  const doc = read_yaml(text);
  const spots = changes.map(([path, value]) => {
    const node = doc.getIn(path, true);
    if (!isScalar(node) || !node.range) throw new EditRefused('there is nothing at that place');
    return { from: node.range[0], to: node.range[1], value };
  });
  // From the end on, so that the places before stay right.
  spots.sort((one, two) => two.from - one.from);
  const made = spots.reduce((now, { from, to, value }) => {
    return splice(now, from, to, flow_text(value));
  }, text);
  const after = read_yaml(made);
  const wanted = changes.reduce<unknown>(
    (root, [path, value]) => changed(root, path, value),
    doc.toJS(),
  );
  if (after.errors.length === 0 && equal(said_by(after), wanted)) return made;
  throw new EditRefused('the text is written in a way that the form cannot change');
}

/** The text without what is at that place, if anything is. Throws EditRefused. */
export function remove_at(text: string, path: Path): string {
  const doc = read_yaml(text);
  return doc.hasIn(path) ? change(text, path, GONE) : text;
}

/** The text with one more item in the list at that place, which is made when it is missing. */
export function append_at(text: string, path: Path, value: Value): string {
  const doc = read_yaml(text);
  const list = doc.getIn(path, true);
  if (isSeq(list) && list.items.length > 0)
    return change(text, [...path, list.items.length], value);
  return set_at(text, path, [value]);
}
