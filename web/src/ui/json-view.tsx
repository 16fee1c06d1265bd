// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';

/** JSON as indented text; a plain string stays without quotes. Long ones scroll, by keyboard too. */
export function JsonView({ value }: { value: unknown }): ReactNode {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <pre className="json-view" tabIndex={0}>
      {text}
    </pre>
  );
}
