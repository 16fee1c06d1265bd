// SPDX-License-Identifier: Apache-2.0
// What the pages of variables and of connections have in common: a list, a form, and a question
// before something goes.
import { type LucideIcon, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { type ValueRow, ValueTable } from '@/features/values/value-table';
import { useMay } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Await, Empty } from '@/ui/feedback';
import { Page } from '@/ui/page';

interface KeptValuesProps<Value> {
  title: string;
  /** The button that makes one. */
  create: string;
  /** Shown while there is none. */
  empty: { icon: LucideIcon; title: string; hint: string; command: string };
  query: UseQueryResult<Value[]>;
  remove: UseMutationResult<unknown, Error, string>;
  header: string[];
  row_of: (value: Value) => ValueRow;
  /** The form of one; null: of a new one. */
  dialog: (value: Value | null, on_close: () => void) => ReactNode;
}

/** A page of values that the server keeps. Who may not change them gets no buttons that would. */
export function KeptValuesPage<Value>(props: KeptValuesProps<Value>): ReactNode {
  const { t } = useTranslation();
  const may_change = useMay('operator');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={props.title}
      actions={
        may_change && (
          <Button kind="primary" icon={Plus} onClick={() => set_creating(true)}>
            {props.create}
          </Button>
        )
      }
    >
      <p className="faint">{t('values.hint')}</p>
      <Await query={props.query}>
        {(list) =>
          list.length === 0 ? (
            <Empty {...props.empty} />
          ) : (
            <KeptValues {...props} list={list} may_change={may_change} />
          )
        }
      </Await>
      {creating && props.dialog(null, () => set_creating(false))}
    </Page>
  );
}

function KeptValues<Value>(
  props: KeptValuesProps<Value> & { list: Value[]; may_change: boolean },
): ReactNode {
  const { t } = useTranslation();
  const { list, row_of, remove, may_change } = props;
  const [editing, set_editing] = useState<string | null>(null);
  const [deleting, set_deleting] = useState<string | null>(null);
  const edited = list.find((one) => row_of(one).name === editing);
  return (
    <>
      <ValueTable
        header={props.header}
        rows={list.map(row_of)}
        actions={may_change ? { on_edit: set_editing, on_delete: set_deleting } : null}
      />
      {edited !== undefined && props.dialog(edited, () => set_editing(null))}
      {deleting !== null && (
        <DeleteDialog
          title={t('values.delete_title', { name: deleting })}
          hint={t('values.delete_hint')}
          action={t('values.delete')}
          remove={remove}
          on_delete={() => remove.mutate(deleting, { onSuccess: () => set_deleting(null) })}
          on_close={() => set_deleting(null)}
        />
      )}
    </>
  );
}
