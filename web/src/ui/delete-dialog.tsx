// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';

export interface DeleteDialogProps {
  title: string;
  /** What goes with it. */
  hint: string;
  /** The button's text. */
  action: string;
  remove: { error: Error | null; isPending: boolean };
  on_delete: () => void;
  on_close: () => void;
}

/** Asks once more before something is deleted. */
export function DeleteDialog(props: DeleteDialogProps): ReactNode {
  const { t } = useTranslation();
  const { remove, on_close } = props;
  return (
    <Dialog
      title={props.title}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="danger" busy={remove.isPending} onClick={props.on_delete}>
            {props.action}
          </Button>
        </>
      }
    >
      <p>{props.hint}</p>
      {remove.error && <ErrorNote error={remove.error} />}
    </Dialog>
  );
}
