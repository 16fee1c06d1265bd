// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';

const FLASH_MS = 900;

/** A class name for a moment after `value` changed; nothing at first sight. */
export function useFlash(value: unknown): string {
  const held = useRef(value);
  const [on, set_on] = useState(false);
  useEffect(() => {
    if (Object.is(held.current, value)) return;
    held.current = value;
    set_on(true);
    const timer = window.setTimeout(() => set_on(false), FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return on ? 'flash' : '';
}
