// SPDX-License-Identifier: Apache-2.0
import { Package } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { route_url } from '@/api/client';
import type { Artifact } from '@/api/types.gen';
import { bytes_text } from '@/i18n/format';
import { instance_name } from '@/models/instances';
import { type Direction, type LineageBranch, lineage_path, lineage_tree } from '@/models/lineage';
import { paths } from '@/models/paths';
import { useArtifacts, useLineage } from '@/queries/use-data';
import type { TaskRef } from '@/queries/use-tasks';
import { Await, Empty } from '@/ui/feedback';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/workflows/data-panel.css';

function ArtifactCard({ artifact }: { artifact: Artifact }): ReactNode {
  const { t } = useTranslation();
  const { sha256 } = artifact;
  return (
    <article className="stack data-artifact">
      <div className="row">
        <h3 className="mono">{artifact.name}</h3>
        <span className="faint">
          {bytes_text(artifact.size)}
          {artifact.kind === 'dir' && ` · ${t('data.files', { count: artifact.files })}`}
          {' · '}
          <RelativeTime time={artifact.created_at} />
        </span>
        {artifact.kind === 'file' && (
          <a href={route_url('get_blob', { path: { sha256 } })} download={artifact.name}>
            {t('data.download')}
          </a>
        )}
      </div>
      <code className="faint data-digest" title={sha256}>
        {sha256.slice(0, 16)}
      </code>
      <p>
        {artifact.uses.length === 0 ? t('data.unused') : t('data.used_by')}{' '}
        {artifact.uses.map(({ dag_id, dag_run_id, task_id, map_index }) => (
          <Link
            key={`${dag_id}/${dag_run_id}/${task_id}/${map_index}`}
            className="data-use"
            to={paths.task(dag_id, dag_run_id, task_id, {
              map: map_index >= 0 ? map_index : null,
              panel: 'data',
            })}
          >
            {instance_name(task_id, map_index)}
          </Link>
        ))}
      </p>
    </article>
  );
}

function Branch({ branch }: { branch: LineageBranch }): ReactNode {
  const { t } = useTranslation();
  const { node, relation, branches } = branch;
  const relation_key = `data.relation_${relation.replaceAll(' ', '_')}` as 'data.relation_saved';
  const path = lineage_path(node);
  return (
    <li>
      {relation && <span className="faint">{t(relation_key, { defaultValue: relation })} </span>}
      <span className="data-kind">
        {t(`data.kind_${node.kind}`, { defaultValue: node.kind })}
      </span>{' '}
      {path ? <Link to={path}>{node.label}</Link> : <span>{node.label}</span>}{' '}
      {node.detail && <span className="faint">{node.detail}</span>}
      {branches.length > 0 && (
        <ul>
          {branches.map((one) => (
            <Branch key={`${one.relation} ${one.node.id}`} branch={one} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Lineage({ task, direction }: { task: TaskRef; direction: Direction }): ReactNode {
  const { t } = useTranslation();
  const graph = useLineage(task, direction);
  return (
    <section>
      <h3>{t(`data.${direction}`)}</h3>
      <Await query={graph} rows={2}>
        {(found) => {
          const tree = lineage_tree(found, direction);
          if (!tree || tree.branches.length === 0) {
            return <p className="faint">{t(`data.${direction}_none`)}</p>;
          }
          return (
            <>
              <ul className="data-tree">
                {tree.branches.map((one) => (
                  <Branch key={`${one.relation} ${one.node.id}`} branch={one} />
                ))}
              </ul>
              {found.truncated && <p className="faint">{t('data.more')}</p>}
            </>
          );
        }}
      </Await>
    </section>
  );
}

/** What an instance saved, what led to it and what came of it. */
export function DataPanel({ task }: { task: TaskRef }): ReactNode {
  const { t } = useTranslation();
  const artifacts = useArtifacts(task);
  return (
    <div className="stack">
      <Await query={artifacts} rows={2}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon={Package} title={t('data.none')} hint={t('data.none_hint')} />
          ) : (
            <div className="stack">
              {items.map((item) => (
                <ArtifactCard key={item.artifact_id} artifact={item} />
              ))}
            </div>
          )
        }
      </Await>
      <Lineage task={task} direction="up" />
      <Lineage task={task} direction="down" />
    </div>
  );
}
