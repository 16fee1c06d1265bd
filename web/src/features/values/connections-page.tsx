// SPDX-License-Identifier: Apache-2.0
import { Plug, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '@/api/types.gen';
import { connection_text, host_and_port } from '@/features/values/connection-text';
import { AreaField, TextField, ValueDialog } from '@/features/values/value-fields';
import { ValueTable } from '@/features/values/value-table';
import { useMay } from '@/queries/use-session';
import { useConnections, useDeleteConnection, useSetConnection } from '@/queries/use-values';
import { Button } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Await, Empty } from '@/ui/feedback';
import { Page } from '@/ui/page';

/** `connection` null: a new one. How to sign in is given anew each time: nobody gets it back. */
function ConnectionDialog(props: {
  connection: Connection | null;
  on_close: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { connection, on_close } = props;
  const save = useSetConnection();
  const place = host_and_port(connection?.host ?? '');
  const on_save = (form: FormData): void => {
    const wanted = { text: connection_text(form), description: String(form.get('description')) };
    save.mutate({ conn_id: String(form.get('name')).trim(), wanted }, { onSuccess: on_close });
  };
  const title = connection
    ? t('values.change_title', { name: connection.conn_id })
    : t('values.new_connection');
  return (
    <ValueDialog title={title} save={save} on_save={on_save} on_close={on_close}>
      {connection && <p>{t('values.anew_hint')}</p>}
      <TextField
        name="name"
        label={t('values.connection')}
        value={connection?.conn_id}
        fixed={connection !== null}
        required
      />
      <TextField
        name="conn_type"
        label={t('values.type')}
        hint={t('values.type_hint')}
        value={connection?.conn_type}
        required
      />
      <TextField name="host" label={t('values.host')} value={place.host} />
      <TextField name="port" label={t('values.port')} value={place.port} type="number" />
      <TextField name="login" label={t('values.login')} />
      <TextField name="password" label={t('values.password')} type="password" />
      <TextField name="schema" label={t('values.schema')} />
      <AreaField name="extra" label={t('values.extra')} hint={t('values.extra_hint')} />
      <TextField
        name="description"
        label={t('values.description')}
        value={connection?.description}
      />
    </ValueDialog>
  );
}

function Connections({ connections }: { connections: Connection[] }): ReactNode {
  const { t } = useTranslation();
  const [editing, set_editing] = useState<string | null>(null);
  const [deleting, set_deleting] = useState<string | null>(null);
  const remove = useDeleteConnection();
  if (connections.length === 0) {
    return (
      <Empty
        icon={Plug}
        title={t('values.no_connections')}
        hint={t('values.connections_hint')}
        command="aiflow connections set db --file db.uri"
      />
    );
  }
  return (
    <>
      <ValueTable
        header={[t('values.connection'), t('values.type'), t('values.host')]}
        rows={connections.map((one) => ({
          ...one,
          name: one.conn_id,
          problem: one.problem ?? null,
          cells: [one.conn_type, one.host],
        }))}
        on_edit={set_editing}
        on_delete={set_deleting}
      />
      {editing !== null && (
        <ConnectionDialog
          connection={connections.find((one) => one.conn_id === editing) ?? null}
          on_close={() => set_editing(null)}
        />
      )}
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

export function ConnectionsPage(): ReactNode {
  const { t } = useTranslation();
  const connections = useConnections();
  const may_change = useMay('operator');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={t('nav.connections')}
      actions={
        may_change && (
          <Button kind="primary" icon={Plus} onClick={() => set_creating(true)}>
            {t('values.new_connection')}
          </Button>
        )
      }
    >
      <p className="faint">{t('values.hint')}</p>
      <Await query={connections}>{(list) => <Connections connections={list} />}</Await>
      {creating && <ConnectionDialog connection={null} on_close={() => set_creating(false)} />}
    </Page>
  );
}
