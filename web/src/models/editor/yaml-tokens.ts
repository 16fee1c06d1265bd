// SPDX-License-Identifier: Apache-2.0
// YAML cut into coloured pieces, line by line. Enough for reading a DAG; block texts are plain.
import type { Token } from '@/models/python-tokens';

const TOKEN =
  /(?<comment>(?:^|(?<=\s))#.*$)|(?<name>(?:[\w.-]+|"[^"\n]*"|'[^'\n]*')(?=\s*:(?:\s|$)))|(?<string>"(?:\\.|[^"\\])*"?|'(?:''|[^'])*'?)|(?<keyword>\{\{.*?\}\}|\{%.*?%\})|(?<number>(?<=[\s:,[]|^)-?\d[\d.]*(?=[\s,\]}]|$))/g;

function line_tokens(line: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > from) tokens.push({ kind: 'plain', text: line.slice(from, match.index) });
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    tokens.push({ kind: (kind ?? 'plain') as Token['kind'], text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < line.length) tokens.push({ kind: 'plain', text: line.slice(from) });
  return tokens;
}

/** Lines of tokens; their texts joined give the source back. */
export const yaml_lines = (source: string): Token[][] => source.split('\n').map(line_tokens);
