// SPDX-License-Identifier: Apache-2.0
import { Plus, Workflow } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { BulkBar } from '@/features/workflows/bulk-bar';
import { DagFilters, clear_filters } from '@/features/workflows/dag-filters';
import { DagTable } from '@/features/workflows/dag-table';
import { ImportErrors } from '@/features/workflows/import-errors';
import { TriggerDialog } from '@/features/workflows/trigger/trigger-dialog';
import { useSelection } from '@/features/workflows/use-selection';
import { dag_passes, filter_of, in_project, sort_of, sorted_dags } from '@/models/find/dag-list';
import { paths } from '@/models/paths';
import { useDags, useImportErrors } from '@/queries/use-dags';
import { useProjectsWith } from '@/queries/access/use-projects';
import { Button } from '@/ui/button';
import { Await, Empty } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { useProjectChoice } from '@/ui/project-choice';
import { navigate, usePlace } from '@/ui/router';
import { is_typing } from '@/ui/use-key';
import '@/features/workflows/dag-list.css';

function DagList({ dags }: { dags: Dag[] }): ReactNode {
  const { query } = usePlace();
  const search = useRef<HTMLInputElement>(null);
  const [triggering, set_triggering] = useState<string | null>(null);
  const filter = useMemo(() => filter_of(query), [query]);
  const sort = useMemo(() => sort_of(query), [query]);
  const shown = useMemo(
    () =>
      sorted_dags(
        dags.filter((dag) => dag_passes(dag, filter)),
        sort,
      ),
    [dags, filter, sort],
  );
  const ids = useMemo(() => shown.map((dag) => dag.dag_id), [shown]);
  const selection = useSelection(ids);
  const chosen = shown.filter((dag) => selection.chosen.has(dag.dag_id));
  const { choose } = selection;
  useEffect(() => {
    const on_key = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('dialog[open], .popover')) return;
      if (event.key === '/' && !is_typing(event)) {
        event.preventDefault();
        search.current?.focus();
      }
      if (event.key !== 'Escape') return;
      // One step at a time: first what was chosen, then what was searched for.
      if (chosen.length > 0) choose([]);
      else clear_filters();
    };
    window.addEventListener('keydown', on_key);
    return () => window.removeEventListener('keydown', on_key);
  });
  return (
    <>
      <DagFilters dags={dags} shown={shown.length} filter={filter} sort={sort} search={search} />
      <DagTable dags={shown} sort={sort} selection={selection} on_trigger={set_triggering} />
      {chosen.length > 0 && <BulkBar dags={chosen} on_clear={() => choose([])} />}
      {triggering && <TriggerDialog dag_id={triggering} on_close={() => set_triggering(null)} />}
    </>
  );
}

export function DagListPage(): ReactNode {
  const { t } = useTranslation();
  const dags = useDags();
  const errors = useImportErrors();
  const may_make = useProjectsWith('operator').length > 0;
  const project = useProjectChoice();
  return (
    <Page
      title={t('nav.workflows')}
      fill
      actions={
        may_make && (
          <Button icon={Plus} onClick={() => navigate(paths.editor())}>
            {t('editor.new_dag')}
          </Button>
        )
      }
    >
      {errors.data && <ImportErrors errors={errors.data} />}
      <Await query={dags} rows={8} height={52}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Workflow}
                title={t('dags.empty_title')}
                hint={t('dags.empty_hint')}
                command="aiflow demo"
              />
            </Panel>
          ) : (
            <DagList dags={in_project(list, project)} />
          )
        }
      </Await>
    </Page>
  );
}
