// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/** Whether the page is being printed; what shows only a part of itself shows all then. */
export function usePrinting(): boolean {
  const [printing, set_printing] = useState(false);
  useEffect(() => {
    // The browser takes its picture as soon as this event was handled.
    const turn = (to: boolean) => (): void => flushSync(() => set_printing(to));
    const [before, after] = [turn(true), turn(false)];
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, []);
  return printing;
}
