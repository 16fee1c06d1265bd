// SPDX-License-Identifier: Apache-2.0
// Markdown that people write about their own things. Loaded where it is shown.
import type { ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';

/** Its headings stand below the panel's own; links lead out of the dashboard. HTML in it stays text. */
const COMPONENTS: Components = {
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: 'h6',
  h5: 'h6',
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  // Pictures of other places are not fetched: they would tell those who reads this.
  img: ({ alt }) => <em>{alt}</em>,
};

export default function Markdown({ text }: { text: string }): ReactNode {
  return (
    <div className="markdown">
      <ReactMarkdown components={COMPONENTS}>{text}</ReactMarkdown>
    </div>
  );
}
