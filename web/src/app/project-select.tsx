// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useProjects } from '@/queries/use-projects';
import { set_project, useProjectChoice } from '@/ui/project-choice';

/** Which project's workflows are shown; hidden where there is nothing to choose. */
export function ProjectSelect(): ReactNode {
  const { t } = useTranslation();
  const projects = useProjects();
  const choice = useProjectChoice();
  const names = projects.data?.map((project) => project.name) ?? [];
  if (names.length < 2) return null;
  return (
    <select
      className="project-select"
      aria-label={t('projects.choose')}
      title={t('projects.choose')}
      value={names.includes(choice) ? choice : ''}
      onChange={(event) => set_project(event.target.value)}
    >
      <option value="">{t('projects.all')}</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
