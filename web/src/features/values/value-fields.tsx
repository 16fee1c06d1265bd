// SPDX-License-Identifier: Apache-2.0
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DEFAULT_PROJECT } from '@/models/access/roles';
import type { ValueRef } from '@/queries/use-values';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';

interface TextFieldProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  type?: 'text' | 'password' | 'number';
  required?: boolean;
  fixed?: boolean;
}

/** One line; a password's is not filled in by the browser. */
export function TextField(props: TextFieldProps): ReactNode {
  const id = `value-${props.name}`;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        className="input"
        type={props.type ?? 'text'}
        autoComplete={props.type === 'password' ? 'new-password' : 'off'}
        defaultValue={props.value ?? ''}
        readOnly={props.fixed}
        required={props.required}
      />
      {props.hint && <p className="field-hint">{props.hint}</p>}
    </div>
  );
}

interface AreaFieldProps {
  name: string;
  label: string;
  hint: string;
  value?: string;
}

/** Several lines of text that is not prose. */
export function AreaField(props: AreaFieldProps): ReactNode {
  const id = `value-${props.name}`;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        name={props.name}
        className="input mono"
        rows={4}
        autoComplete="off"
        spellCheck={false}
        defaultValue={props.value ?? ''}
      />
      <p className="field-hint">{props.hint}</p>
    </div>
  );
}

/** Which value a form is about. */
export function ref_in(form: FormData): ValueRef {
  return { project: String(form.get('project')), name: String(form.get('name')).trim() };
}

interface ProjectFieldProps {
  /** Whose value it is; of a new one null. */
  project: string | null;
  /** In which a new one may be made. */
  projects: string[];
}

/** Whose tasks get it; hidden where there is nothing to choose. */
export function ProjectField({ project, projects }: ProjectFieldProps): ReactNode {
  const { t } = useTranslation();
  if (project !== null || projects.length < 2) {
    return <input type="hidden" name="project" value={project ?? projects[0] ?? DEFAULT_PROJECT} />;
  }
  return (
    <div className="field">
      <label htmlFor="value-project">{t('projects.project')}</label>
      <select
        id="value-project"
        name="project"
        className="input"
        defaultValue={projects.includes(DEFAULT_PROJECT) ? DEFAULT_PROJECT : projects[0]}
      >
        {projects.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <p className="field-hint">{t('values.project_hint')}</p>
    </div>
  );
}

interface ValueDialogProps {
  title: string;
  save: { error: Error | null; isPending: boolean };
  on_save: (form: FormData) => void;
  on_close: () => void;
  children: ReactNode;
}

export function ValueDialog(props: ValueDialogProps): ReactNode {
  const { t } = useTranslation();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    props.on_save(new FormData(event.currentTarget));
  };
  return (
    <Dialog
      title={props.title}
      on_close={props.on_close}
      actions={
        <>
          <Button onClick={props.on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="value-form" busy={props.save.isPending}>
            {t('values.save')}
          </Button>
        </>
      }
    >
      <form id="value-form" className="stack" onSubmit={submit}>
        {props.children}
        {props.save.error && <ErrorNote error={props.save.error} what={t('values.save_failed')} />}
      </form>
    </Dialog>
  );
}
