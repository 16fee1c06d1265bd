// SPDX-License-Identifier: Apache-2.0
import { X } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/ui/button';
import { useModal } from '@/ui/use-focus-back';
import '@/ui/dialog.css';

export interface DialogProps {
  title: string;
  on_close: () => void;
  children: ReactNode;
  /** Buttons, at the end; the primary one last. */
  actions?: ReactNode;
  /** What it shows is never shown again: it is closed by its buttons alone. */
  shown_once?: boolean;
}

/** A modal over the page; the browser's own dialog keeps the focus and closes on Escape. */
export function Dialog(props: DialogProps): ReactNode {
  const { title, on_close, children, actions, shown_once = false } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { t } = useTranslation();
  useModal(ref);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      // Asked often enough, a browser closes a dialog whatever is done about "cancel".
      onKeyDown={(event) => shown_once && event.key === 'Escape' && event.preventDefault()}
      onCancel={(event) => {
        event.preventDefault();
        if (!shown_once) on_close();
      }}
      onMouseDown={(event) => event.target === ref.current && !shown_once && on_close()}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon={X} label={t('ui.close')} onClick={on_close} />
        </header>
        <div className="dialog-content">{children}</div>
        {actions && <footer className="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
