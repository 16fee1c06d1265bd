// SPDX-License-Identifier: Apache-2.0
// What the pages of variables and of connections have in common: a list, a form, and a question
// before something goes.
import { type LucideIcon, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { type ValueRow, ValueTable, key_of } from '@/features/values/value-table';
import { useProjectsWith } from '@/queries/access/use-projects';
import { useMayIn } from '@/queries/use-session';
import type { ValueRef } from '@/queries/use-values';
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
  remove: UseMutationResult<unknown, Error, ValueRef>;
  header: string[];
  row_of: (value: Value) => ValueRow;
  /** The form of one; null: of a new one, in one of `projects`. */
  dialog: (value: Value | null, projects: string[], on_close: () => void) => ReactNode;
}

/** A page of values that the server keeps. Who may not change them gets no buttons that would. */
export function KeptValuesPage<Value>(props: KeptValuesProps<Value>): ReactNode {
  const { t } = useTranslation();
  const projects = useProjectsWith('operator');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={props.title}
      actions={
        projects.length > 0 && (
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
            <KeptValues {...props} list={list} with_project={projects.length > 1} />
          )
        }
      </Await>
      {creating && props.dialog(null, projects, () => set_creating(false))}
    </Page>
  );
}

function KeptValues<Value>(
  props: KeptValuesProps<Value> & { list: Value[]; with_project: boolean },
): ReactNode {
  const { t } = useTranslation();
  const { list, row_of, remove } = props;
  const may_change = useMayIn('operator');
  const [editing, set_editing] = useState<string | null>(null);
  const [deleting, set_deleting] = useState<ValueRow | null>(null);
  const edited = list.find((one) => key_of(row_of(one)) === editing);
  return (
    <>
      <ValueTable
        header={props.header}
        rows={list.map(row_of)}
        with_project={props.with_project}
        may_change={may_change}
        on_edit={(row) => set_editing(key_of(row))}
        on_delete={set_deleting}
      />
      {edited !== undefined && props.dialog(edited, [], () => set_editing(null))}
      {deleting !== null && (
        <DeleteDialog
          title={t('values.delete_title', { name: deleting.name })}
          hint={t('values.delete_hint')}
          action={t('values.delete')}
          remove={remove}
          on_delete={() =>
            remove.mutate(
              { project: deleting.project, name: deleting.name },
              { onSuccess: () => set_deleting(null) },
            )
          }
          on_close={() => set_deleting(null)}
        />
      )}
    </>
  );
}
