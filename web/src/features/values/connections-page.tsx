// SPDX-License-Identifier: Apache-2.0
import { Plug } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '@/api/types.gen';
import { connection_text, host_and_port } from '@/features/values/connection-text';
import { KeptValuesPage } from '@/features/values/kept-values';
import {
  AreaField,
  ProjectField,
  TextField,
  ValueDialog,
  ref_in,
} from '@/features/values/value-fields';
import { useConnections, useDeleteConnection, useSetConnection } from '@/queries/use-values';

/** `connection` null: a new one. How to sign in is given anew each time: nobody gets it back. */
function ConnectionDialog(props: {
  connection: Connection | null;
  projects: string[];
  on_close: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { connection, on_close } = props;
  const save = useSetConnection();
  const place = host_and_port(connection?.host ?? '');
  const on_save = (form: FormData): void => {
    const wanted = { text: connection_text(form), description: String(form.get('description')) };
    save.mutate({ ...ref_in(form), wanted }, { onSuccess: on_close });
  };
  const title = connection
    ? t('values.change_title', { name: connection.conn_id })
    : t('values.new_connection');
  return (
    <ValueDialog title={title} save={save} on_save={on_save} on_close={on_close}>
      {connection && <p>{t('values.anew_hint')}</p>}
      <ProjectField project={connection?.project ?? null} projects={props.projects} />
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

export function ConnectionsPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <KeptValuesPage
      title={t('nav.connections')}
      create={t('values.new_connection')}
      empty={{
        icon: Plug,
        title: t('values.no_connections'),
        hint: t('values.connections_hint'),
        command: 'aiflow connections set db --file db.uri',
      }}
      query={useConnections()}
      remove={useDeleteConnection()}
      header={[t('values.connection'), t('values.type'), t('values.host')]}
      row_of={(one) => ({
        ...one,
        name: one.conn_id,
        problem: one.problem ?? null,
        cells: [one.conn_type, one.host],
      })}
      dialog={(one, projects, on_close) => (
        <ConnectionDialog connection={one} projects={projects} on_close={on_close} />
      )}
    />
  );
}
