// SPDX-License-Identifier: Apache-2.0
import { History, ListOrdered, Play, Redo2, Save, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft } from '@/features/editor/use-draft';
import type { Saving } from '@/features/editor/use-saving';
import type { useNewDagProject } from '@/queries/access/use-projects';
import { Button, IconButton } from '@/ui/button';

export interface EditorToolsProps {
  draft: Draft;
  saving: Saving;
  place: ReturnType<typeof useNewDagProject>;
  has_changes: boolean;
  may_save: boolean;
  is_bad: boolean;
  on_open: (what: 'dry_run' | 'versions') => void;
}

function ProjectPlace({ place }: Pick<EditorToolsProps, 'place'>): ReactNode {
  const { t } = useTranslation();
  return (
    <label className="project-place">
      {t('projects.project')}
      <select
        className="input"
        aria-label={t('projects.project')}
        value={place.project}
        onChange={(event) => place.choose(event.target.value)}
      >
        {place.projects.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

export function EditorTools(props: EditorToolsProps): ReactNode {
  const { draft, saving, place, has_changes, may_save, is_bad, on_open } = props;
  const { t } = useTranslation();
  const is_new = saving.saved === null;
  const untouched = is_new && !has_changes ? t('editor.untouched') : undefined;
  return (
    <>
      <span className="faint" data-saved={!has_changes && !is_new}>
        {!may_save
          ? t('editor.read_only')
          : t(has_changes || is_new ? 'editor.unsaved' : 'editor.saved')}
      </span>
      <IconButton
        icon={Undo2}
        label={t('editor.undo')}
        disabled={!draft.can_undo}
        onClick={draft.undo}
      />
      <IconButton
        icon={Redo2}
        label={t('editor.redo')}
        disabled={!draft.can_redo}
        onClick={draft.redo}
      />
      <Button icon={ListOrdered} onClick={() => on_open('dry_run')}>
        {t('editor.dry_run')}
      </Button>
      {!is_new && (
        <Button icon={History} onClick={() => on_open('versions')}>
          {t('editor.versions')}
        </Button>
      )}
      {is_new && place.projects.length > 1 && <ProjectPlace place={place} />}
      {may_save && (
        <>
          <Button
            icon={Save}
            busy={saving.busy === 'save'}
            disabled={is_bad || !has_changes}
            title={untouched}
            onClick={() => void saving.save()}
          >
            {t('editor.save')}
          </Button>
          <Button
            kind="primary"
            icon={Play}
            busy={saving.busy === 'run'}
            disabled={is_bad || untouched !== undefined}
            title={untouched}
            onClick={() => void saving.save(true)}
          >
            {t(has_changes || is_new ? 'editor.save_and_run' : 'editor.run')}
          </Button>
        </>
      )}
    </>
  );
}
