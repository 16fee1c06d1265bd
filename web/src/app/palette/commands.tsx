// SPDX-License-Identifier: Apache-2.0
// The keys that work on every page, and what they open. All of it loads when it is first used.
import { Search } from 'lucide-react';
import { type ReactNode, Suspense, lazy, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PagePlace } from '@/app/palette/items';
import { LoadBoundary } from '@/app/palette/load-boundary';
import { load_code } from '@/ui/lazy';
import { is_typing } from '@/ui/use-key';

const Palette = lazy(() => load_code(() => import('@/app/palette/palette')));
const KeysSheet = lazy(() => load_code(() => import('@/app/palette/keys-sheet')));
const TriggerDialog = lazy(async () => ({
  default: (await load_code(() => import('@/features/workflows/trigger/trigger-dialog')))
    .TriggerDialog,
}));

type Open = { what: 'palette' } | { what: 'keys' } | { what: 'trigger'; dag_id: string };

/** The button that opens the palette, for those who do not know the key. */
export function Commands({ pages }: { pages: readonly PagePlace[] }): ReactNode {
  const { t } = useTranslation();
  const [open, set_open] = useState<Open | null>(null);
  // What is typed before the palette is there, which may have to be loaded; null: it is not awaited.
  const typed = useRef<string | null>(null);
  const take_typed = useCallback((): string => {
    const text = typed.current ?? '';
    typed.current = null;
    return text;
  }, []);
  const close = (): void => set_open(null);
  const open_palette = (): void => {
    typed.current = '';
    set_open({ what: 'palette' });
  };
  useEffect(() => {
    const on_key = (event: KeyboardEvent): void => {
      const is_letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
      if (typed.current !== null && (is_letter || event.key === 'Enter')) {
        // Enter presses nothing on the page behind; what it would pick cannot be seen yet.
        if (is_letter) typed.current += event.key;
        event.preventDefault();
        return;
      }
      const is_palette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
      const is_sheet = event.key === '?' && !is_typing(event);
      if ((!is_palette && !is_sheet) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      if (is_palette) open_palette();
      else set_open({ what: 'keys' });
    };
    window.addEventListener('keydown', on_key);
    return () => window.removeEventListener('keydown', on_key);
  }, []);
  return (
    <>
      <button
        type="button"
        className="command-button"
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        aria-label={t('palette.title')}
        title={t('palette.title')}
        onClick={open_palette}
      >
        <Search size={14} aria-hidden />
        <span>{t('palette.button')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <LoadBoundary on_error={() => take_typed()}>
        <Suspense>
          {open?.what === 'palette' && (
            <Palette
              pages={pages}
              take_typed={take_typed}
              on_close={close}
              on_trigger={(dag_id) => set_open({ what: 'trigger', dag_id })}
              on_keys={() => set_open({ what: 'keys' })}
            />
          )}
          {open?.what === 'keys' && <KeysSheet on_close={close} />}
          {open?.what === 'trigger' && <TriggerDialog dag_id={open.dag_id} on_close={close} />}
        </Suspense>
      </LoadBoundary>
    </>
  );
}
