// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@/ui/button';

export interface MoreProps {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  label: string;
  /** Stands there when the button has brought the last page. */
  all: string;
}

/**
 * Brings the next page of a list. Whoever works by keyboard goes on where they were: the button keeps
 * the focus while it waits, and when it has nothing more to bring, what says so has it.
 */
export function More({ pages, label, all }: MoreProps): ReactNode {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const [was_pressed, set_pressed] = useState(false);
  const end = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const is_lost = !document.activeElement || document.activeElement === document.body;
    if (was_pressed && !hasNextPage && is_lost) end.current?.focus();
  }, [was_pressed, hasNextPage]);
  const press = (): void => {
    set_pressed(true);
    if (!isFetchingNextPage) void fetchNextPage();
  };
  if (hasNextPage)
    return (
      <p>
        {/* Not `busy`: a button that is disabled loses the focus. */}
        <Button aria-busy={isFetchingNextPage || undefined} onClick={press}>
          {label}
        </Button>
      </p>
    );
  return was_pressed ? (
    <p ref={end} tabIndex={-1} className="faint">
      {all}
    </p>
  ) : null;
}
