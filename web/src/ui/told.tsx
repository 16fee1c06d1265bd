// SPDX-License-Identifier: Apache-2.0
import { Fragment, type ReactNode } from 'react';

const BETWEEN_BACKTICKS = /`([^`\n]+)`/;

/**
 * What the server or a DAG's code tells, such as why something failed: what stands between backticks,
 * on one line, is shown as code. Nothing else of Markdown is meant by such texts, nor read.
 */
export function Told({ text }: { text: string }): ReactNode {
  // Splitting by a pattern with one group puts what the group held at the odd places.
  return text
    .split(BETWEEN_BACKTICKS)
    .map((part, at) =>
      at % 2 === 1 ? <code key={at}>{part}</code> : <Fragment key={at}>{part}</Fragment>,
    );
}
