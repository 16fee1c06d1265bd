// SPDX-License-Identifier: Apache-2.0
// The keys that work on every page, and what they open. All of it loads when it is first used.
import { Search } from 'lucide-react';
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PagePlace } from '@/app/palette/items';
import { is_typing } from '@/ui/use-key';

const Palette = lazy(() => import('@/app/palette/palette'));
const KeysSheet = lazy(() => import('@/app/palette/keys-sheet'));
const TriggerDialog = lazy(async () => ({
  default: (await import('@/features/workflows/trigger/trigger-dialog')).TriggerDialog,
}));

type Open = { what: 'palette' } | { what: 'keys' } | { what: 'trigger'; dag_id: string };

/** The button that opens the palette, for those who do not know the key. */
export function Commands({ pages }: { pages: readonly PagePlace[] }): ReactNode {
  const { t } = useTranslation();
  const [open, set_open] = useState<Open | null>(null);
  const close = (): void => set_open(null);
  useEffect(() => {
    const on_key = (event: KeyboardEvent): void => {
      const is_palette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
      const is_sheet = event.key === '?' && !is_typing(event);
      if ((!is_palette && !is_sheet) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      set_open({ what: is_palette ? 'palette' : 'keys' });
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
        onClick={() => set_open({ what: 'palette' })}
      >
        <Search size={14} aria-hidden />
        <span>{t('palette.button')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <Suspense>
        {open?.what === 'palette' && (
          <Palette
            pages={pages}
            on_close={close}
            on_trigger={(dag_id) => set_open({ what: 'trigger', dag_id })}
            on_keys={() => set_open({ what: 'keys' })}
          />
        )}
        {open?.what === 'keys' && <KeysSheet on_close={close} />}
        {open?.what === 'trigger' && <TriggerDialog dag_id={open.dag_id} on_close={close} />}
      </Suspense>
    </>
  );
}
