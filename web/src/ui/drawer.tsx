// SPDX-License-Identifier: Apache-2.0
import { X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/ui/button';
import { useFocusBack } from '@/ui/use-focus-back';
import '@/ui/drawer.css';

export interface DrawerProps {
  title: ReactNode;
  label: string;
  on_close: () => void;
  children: ReactNode;
}

/** The right-hand panel of the selected thing; the list beside it stays usable. Escape closes. */
export function Drawer({ title, label, on_close, children }: DrawerProps): ReactNode {
  const { t } = useTranslation();
  useFocusBack();
  useEffect(() => {
    const on_key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]')) return;
      on_close();
    };
    window.addEventListener('keydown', on_key);
    return () => window.removeEventListener('keydown', on_key);
  }, [on_close]);
  return (
    <aside className="drawer" aria-label={label}>
      <header className="drawer-head">
        <div className="drawer-title">{title}</div>
        <IconButton icon={X} label={t('ui.close')} onClick={on_close} />
      </header>
      {children}
    </aside>
  );
}
