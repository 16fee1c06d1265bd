// SPDX-License-Identifier: Apache-2.0
// A text field that is applied when one is done with it, and follows the address meanwhile.
import { type RefObject, useEffect, useRef } from 'react';

/**
 * For an input with `defaultValue`: shows `value` whenever that becomes another one. The input stays
 * the same, so that Enter does not take the focus out of it.
 */
export function useFollowed(value: string): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current && input.current.value.trim() !== value) input.current.value = value;
  }, [value]);
  return input;
}
