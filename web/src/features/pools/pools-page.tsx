// SPDX-License-Identifier: Apache-2.0
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool } from '@/api/types.gen';
import { useDeletePool, usePools, useSavePool } from '@/queries/use-pools';
import { useMay } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Dialog } from '@/ui/dialog';
import { Await, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';

const DEFAULT_POOL = 'default_pool';

function PoolForm({ pool }: { pool: Pool | null }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <div className="field">
        <label htmlFor="pool-name">{t('pools.name')}</label>
        <input
          id="pool-name"
          name="name"
          className="input"
          autoComplete="off"
          maxLength={250}
          defaultValue={pool?.name ?? ''}
          readOnly={pool !== null}
          required
        />
      </div>
      <div className="field">
        <label htmlFor="pool-slots">{t('pools.slots')}</label>
        <input
          id="pool-slots"
          name="slots"
          className="input"
          type="number"
          min={-1}
          max={1_000_000}
          defaultValue={pool?.slots ?? 1}
          required
        />
        <p className="field-hint">{t('pools.slots_hint')}</p>
      </div>
      <div className="field">
        <label htmlFor="pool-description">{t('pools.description')}</label>
        <input
          id="pool-description"
          name="description"
          className="input"
          defaultValue={pool?.description ?? ''}
        />
      </div>
      <label className="row">
        <input type="checkbox" name="deferred" defaultChecked={pool?.include_deferred ?? false} />
        {t('pools.include_deferred')}
      </label>
    </>
  );
}

/** `pool` null: a new one. */
function PoolDialog({ pool, on_close }: { pool: Pool | null; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const save = useSavePool();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const order = {
      exists: pool !== null,
      name: String(form.get('name')).trim(),
      slots: Number(form.get('slots')),
      description: String(form.get('description')),
      include_deferred: form.get('deferred') !== null,
    };
    save.mutate(order, { onSuccess: on_close });
  };
  return (
    <Dialog
      title={pool ? t('pools.change_title', { pool: pool.name }) : t('pools.create')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="pool-form" busy={save.isPending}>
            {pool ? t('pools.save') : t('pools.create')}
          </Button>
        </>
      }
    >
      <form id="pool-form" className="stack" onSubmit={submit}>
        <PoolForm pool={pool} />
        {save.error && <ErrorNote error={save.error} what={t('pools.save_failed')} />}
      </form>
    </Dialog>
  );
}

function DeletePool({ name, on_close }: { name: string; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const remove = useDeletePool();
  return (
    <DeleteDialog
      title={t('pools.delete_title', { pool: name })}
      hint={t('pools.delete_hint')}
      action={t('pools.delete')}
      remove={remove}
      on_delete={() => remove.mutate(name, { onSuccess: on_close })}
      on_close={on_close}
    />
  );
}

interface RowProps {
  pool: Pool;
  may_change: boolean;
  on_edit: () => void;
  on_delete: () => void;
}

function PoolRow({ pool, may_change, on_edit, on_delete }: RowProps): ReactNode {
  const { t } = useTranslation();
  const slots = (count: number): string => (count < 0 ? t('pools.no_limit') : String(count));
  return (
    <tr data-pool={pool.name}>
      <td>
        <strong>{pool.name}</strong>
        {pool.description && <p className="faint">{pool.description}</p>}
      </td>
      <td className="num">{slots(pool.slots)}</td>
      <td className="num">{slots(pool.open_slots)}</td>
      <td className="num">{pool.running_slots}</td>
      <td className="num">{pool.queued_slots}</td>
      <td className="num">{pool.scheduled_slots}</td>
      <td className="num" title={pool.include_deferred ? t('pools.include_deferred') : undefined}>
        {pool.deferred_slots}
        {pool.include_deferred && ' *'}
      </td>
      <td className="num nowrap">
        {may_change && (
          <IconButton
            icon={Pencil}
            label={t('pools.change_title', { pool: pool.name })}
            onClick={on_edit}
          />
        )}
        {may_change && pool.name !== DEFAULT_POOL && (
          <IconButton
            icon={Trash2}
            label={t('pools.delete_title', { pool: pool.name })}
            onClick={on_delete}
          />
        )}
      </td>
    </tr>
  );
}

function PoolTable({ pools }: { pools: Pool[] }): ReactNode {
  const { t } = useTranslation();
  const may_change = useMay('operator');
  const [editing, set_editing] = useState<Pool | null>(null);
  const [deleting, set_deleting] = useState<string | null>(null);
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('pools.name')}</th>
              <th className="num">{t('pools.slots')}</th>
              <th className="num">{t('pools.open')}</th>
              <th className="num">{t('state.running')}</th>
              <th className="num">{t('state.queued')}</th>
              <th className="num">{t('pools.waiting')}</th>
              <th className="num">{t('state.deferred')}</th>
              <th>
                <span className="sr-only">{t('dags.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {pools.map((pool) => (
              <PoolRow
                key={pool.name}
                pool={pool}
                may_change={may_change}
                on_edit={() => set_editing(pool)}
                on_delete={() => set_deleting(pool.name)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {editing && <PoolDialog pool={editing} on_close={() => set_editing(null)} />}
      {deleting && <DeletePool name={deleting} on_close={() => set_deleting(null)} />}
    </Panel>
  );
}

export function PoolsPage(): ReactNode {
  const { t } = useTranslation();
  const pools = usePools();
  const may_change = useMay('operator');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={t('nav.pools')}
      actions={
        may_change && (
          <Button kind="primary" icon={Plus} onClick={() => set_creating(true)}>
            {t('pools.create')}
          </Button>
        )
      }
    >
      <p className="faint">{t('pools.hint')}</p>
      <Await query={pools}>{(list) => <PoolTable pools={list} />}</Await>
      {creating && <PoolDialog pool={null} on_close={() => set_creating(false)} />}
    </Page>
  );
}
