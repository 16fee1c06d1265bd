// SPDX-License-Identifier: Apache-2.0
import { Variable as VariableIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Variable } from '@/api/types.gen';
import { KeptValuesPage } from '@/features/values/kept-values';
import {
  AreaField,
  ProjectField,
  TextField,
  ValueDialog,
  ref_in,
} from '@/features/values/value-fields';
import { useDeleteVariable, useSetVariable, useVariables } from '@/queries/use-values';

/** `variable` null: a new one. The value of a secret one is never there to be shown. */
function VariableDialog(props: {
  variable: Variable | null;
  projects: string[];
  on_close: () => void;
}): ReactNode {
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
    save.mutate({ ...ref_in(form), wanted }, { onSuccess: on_close });
  };
  const title = variable
    ? t('values.change_title', { name: variable.key })
    : t('values.new_variable');
  return (
    <ValueDialog title={title} save={save} on_save={on_save} on_close={on_close}>
      <ProjectField project={variable?.project ?? null} projects={props.projects} />
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

export function VariablesPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <KeptValuesPage
      title={t('nav.variables')}
      create={t('values.new_variable')}
      empty={{
        icon: VariableIcon,
        title: t('values.no_variables'),
        hint: t('values.variables_hint'),
        command: 'echo Seoul | aiflow variables set place',
      }}
      query={useVariables()}
      remove={useDeleteVariable()}
      header={[t('values.variable'), t('values.value')]}
      row_of={(one) => ({
        ...one,
        name: one.key,
        problem: one.problem ?? null,
        cells: [one.is_secret ? t('values.secret') : <code key="value">{one.value}</code>],
      })}
      dialog={(one, projects, on_close) => (
        <VariableDialog variable={one} projects={projects} on_close={on_close} />
      )}
    />
  );
}
