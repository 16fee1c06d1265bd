// SPDX-License-Identifier: Apache-2.0
import { FolderPlus } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project } from '@/api/types.gen';
import { paths } from '@/models/paths';
import { useCreateProject, useProjects } from '@/queries/use-projects';
import { useMay } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Await, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link, navigate } from '@/ui/router';

function CreateDialog({ on_close }: { on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const create = useCreateProject();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate(
      {
        name: String(form.get('name')).trim(),
        description: String(form.get('description')).trim(),
      },
      { onSuccess: (made) => navigate(paths.project(made.name)) },
    );
  };
  return (
    <Dialog
      title={t('projects.create')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form="create-project" busy={create.isPending}>
            {t('projects.create')}
          </Button>
        </>
      }
    >
      <form id="create-project" className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor="project-name">{t('projects.name')}</label>
          <input
            id="project-name"
            name="name"
            className="input"
            autoComplete="off"
            maxLength={64}
            required
          />
          <span className="field-hint">{t('projects.name_hint')}</span>
        </div>
        <div className="field">
          <label htmlFor="project-description">{t('projects.description')}</label>
          <input id="project-description" name="description" className="input" maxLength={300} />
        </div>
        {create.error && <ErrorNote error={create.error} what={t('projects.create_failed')} />}
      </form>
    </Dialog>
  );
}

function ProjectTable({ projects }: { projects: Project[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('projects.project')}</th>
              <th>{t('projects.your_role')}</th>
              <th className="num">{t('projects.dags')}</th>
              <th className="num">{t('projects.members')}</th>
              <th>{t('projects.description')}</th>
            </tr>
          </thead>
          <tbody>
            {projects.map((project) => (
              <tr key={project.name} data-project={project.name}>
                <td>
                  <Link to={paths.project(project.name)}>
                    <strong>{project.name}</strong>
                  </Link>
                </td>
                <td>{t(`role.${project.role ?? 'none'}`)}</td>
                <td className="num">{project.dag_count}</td>
                <td className="num">{project.member_count ?? '–'}</td>
                <td className="faint wrap-anywhere">{project.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export function ProjectsPage(): ReactNode {
  const { t } = useTranslation();
  const projects = useProjects();
  const may_create = useMay('admin');
  const [creating, set_creating] = useState(false);
  return (
    <Page
      title={t('nav.projects')}
      actions={
        may_create && (
          <Button kind="primary" icon={FolderPlus} onClick={() => set_creating(true)}>
            {t('projects.create')}
          </Button>
        )
      }
    >
      <p className="faint">{t('projects.folder_hint')}</p>
      <Await query={projects}>{(list) => <ProjectTable projects={list} />}</Await>
      {creating && <CreateDialog on_close={() => set_creating(false)} />}
    </Page>
  );
}
