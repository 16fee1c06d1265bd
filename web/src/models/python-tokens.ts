// SPDX-License-Identifier: Apache-2.0
// Python source cut into coloured pieces, line by line. Enough for reading a DAG file.

export type TokenKind = 'plain' | 'comment' | 'string' | 'keyword' | 'number' | 'name';

export interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS =
  'and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|' +
  'if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False';

const TOKEN = new RegExp(
  [
    '(?<comment>#[^\\n]*)',
    '(?<string>(?:[rbfuRBFU]{0,2})(?:"""[\\s\\S]*?(?:"""|$)|\'\'\'[\\s\\S]*?(?:\'\'\'|$)' +
      '|"(?:\\\\.|[^"\\\\\\n])*"?|\'(?:\\\\.|[^\'\\\\\\n])*\'?))',
    `(?<keyword>\\b(?:${KEYWORDS})\\b)`,
    '(?<number>\\b\\d[\\w.]*)',
    '(?<name>@[\\w.]+|\\b[A-Za-z_]\\w*(?=\\())',
  ].join('|'),
  'g',
);

/** Lines of tokens; their texts joined give the source back. */
export function python_lines(source: string): Token[][] {
  const lines: Token[][] = [[]];
  const push = (kind: TokenKind, text: string): void => {
    text.split('\n').forEach((part, at) => {
      if (at > 0) lines.push([]);
      if (part) lines.at(-1)?.push({ kind, text: part });
    });
  };
  let from = 0;
  for (const match of source.matchAll(TOKEN)) {
    push('plain', source.slice(from, match.index));
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    push((kind ?? 'plain') as TokenKind, match[0]);
    from = match.index + match[0].length;
  }
  push('plain', source.slice(from));
  return lines;
}
