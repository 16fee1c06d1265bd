// SPDX-License-Identifier: Apache-2.0
import { Plus, Variable as VariableIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Variable } from '@/api/types.gen';
import { AreaField, TextField, ValueDialog } from '@/features/values/value-fields';
import { ValueTable } from '@/features/values/value-table';
import { useMay } from '@/queries/use-session';
import { useDeleteVariable, useSetVariable, useVariables } from '@/queries/use-values';
import { Button } from '@/ui/button';
import { DeleteDialog } from '@/ui/delete-dialog';
import { Await, Empty } from '@/ui/feedback';
import { Page } from '@/ui/page';

/** `variable` null: a new one. The value of a secret one is never there to be shown. */
function VariableDialog(props: { variable: Variable | null; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const { variable, on_close } = props;
  const save = useSetVariable();
  const on_save = (form: FormData): void => {
    const wanted = {
      value: String(form.get('value')),
      // A new one that is not ticked: as its name says.
      is_secret: form.get('secret') !== null ? true : variable ? false : null,
      description: String(form.get('description')),
    };
    save.mutate({ key: String(form.get('name')).trim(), wanted }, { onSuccess: on_close });
  };
  const title = variable
    ? t('values.change_title', { name: variable.key })
    : t('values.new_variable');
  return (
    <ValueDialog title={title} save={save} on_save={on_save} on_close={on_close}>
      <TextField
        name="name"
        label={t('values.variable')}
        value={variable?.key}
        fixed={variable !== null}
        required
      />
      <AreaField
        name="value"
        label={t('values.value')}
        hint={variable?.is_secret ? t('values.again_hint') : t('values.value_hint')}
        value={variable?.value ?? ''}
      />
      <label className="row">
        <input type="checkbox" name="secret" defaultChecked={variable?.is_secret ?? false} />
        {t('values.secret_long')}
      </label>
      <TextField name="description" label={t('values.description')} value={variable?.description} />
    </ValueDialog>
  );
}

function Variables({ variables }: { variables: Variable[] }): ReactNode {
  const { t } = useTranslation();
  const [editing, set_editing] = useState<string | null>(null);
  const [deleting, set_deleting] = useState<string | null>(null);
  const remove = useDeleteVariable();
  if (variables.length === 0) {
    return (
      <Empty
        icon={VariableIcon}
        title={t('values.no_variables')}
        hint={t('values.variables_hint')}
        command="echo Seoul | aiflow variables set place"
      />
    );
  }
  return (
    <>
      <ValueTable
        header={[t('values.variable'), t('values.value')]}
        rows={variables.map((one) => ({
          ...one,
          name: one.key,
          problem: one.problem ?? null,
          cells: [one.is_secret ? t('values.secret') : <code key="value">{one.value}</code>],
        }))}
        on_edit={set_editing}
        on_delete={set_deleting}
      />
      {editing !== null && (
        <VariableDialog
          variable={variables.find((one) => one.key === editing) ?? null}
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

export function VariablesPage(): ReactNode {
  const { t } = useTranslation();
  const variables = useVariables();
  const may_change = useMay('operator');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={t('nav.variables')}
      actions={
        may_change && (
          <Button kind="primary" icon={Plus} onClick={() => set_creating(true)}>
            {t('values.new_variable')}
          </Button>
        )
      }
    >
      <p className="faint">{t('values.hint')}</p>
      <Await query={variables}>{(list) => <Variables variables={list} />}</Await>
      {creating && <VariableDialog variable={null} on_close={() => set_creating(false)} />}
    </Page>
  );
}
