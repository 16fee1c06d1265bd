// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';

export interface ConfirmDialogProps {
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The button's text. */
  action: string;
  kind?: 'primary' | 'danger';
  change: { error: Error | null; isPending: boolean };
  /** What did not happen, when it is refused. */
  failed?: string;
  on_confirm: () => void;
  on_close: () => void;
}

/** Asks once more before something is done. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const { t } = useTranslation();
  const { change, failed, on_close, kind = 'primary' } = props;
  return (
    <Dialog
      title={props.title}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind={kind} busy={change.isPending} onClick={props.on_confirm}>
            {props.action}
          </Button>
        </>
      }
    >
      {props.children}
      {change.error && <ErrorNote error={change.error} {...(failed ? { what: failed } : {})} />}
    </Dialog>
  );
}

export interface DeleteDialogProps {
  title: string;
  /** What goes with it. */
  hint: string;
  /** The button's text. */
  action: string;
  remove: ConfirmDialogProps['change'];
  on_delete: () => void;
  on_close: () => void;
}

/** Asks once more before something is deleted. */
export function DeleteDialog(props: DeleteDialogProps): ReactNode {
  const { title, hint, action, remove, on_delete, on_close } = props;
  return (
    <ConfirmDialog
      title={title}
      action={action}
      kind="danger"
      change={remove}
      on_confirm={on_delete}
      on_close={on_close}
    >
      <p>{hint}</p>
    </ConfirmDialog>
  );
}
