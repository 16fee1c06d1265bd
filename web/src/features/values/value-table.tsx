// SPDX-License-Identifier: Apache-2.0
import { Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/ui/button';
import { Panel } from '@/ui/page';
import { RelativeTime } from '@/ui/time';

export interface ValueRow {
  project: string;
  name: string;
  description: string;
  /** One cell for each of the table's own columns. */
  cells: ReactNode[];
  problem: string | null;
  updated_at: string;
  updated_by: string;
}

interface ValueTableProps {
  /** Of the name, and of the cells after it. */
  header: string[];
  rows: ValueRow[];
  /** Whether it is said whose they are. */
  with_project: boolean;
  /** The projects in which who looks may change them; actions on others are left out. */
  may_change: (project: string) => boolean;
  on_edit: (row: ValueRow) => void;
  on_delete: (row: ValueRow) => void;
}

export const key_of = (row: ValueRow): string => `${row.project}/${row.name}`;

/** Variables or connections: what may be seen of each, who set it, and its actions. */
export function ValueTable(props: ValueTableProps): ReactNode {
  const { t } = useTranslation();
  const { header, rows, with_project, may_change } = props;
  const has_actions = rows.some((row) => may_change(row.project));
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{header[0]}</th>
              {with_project && <th>{t('projects.project')}</th>}
              {header.slice(1).map((word) => (
                <th key={word}>{word}</th>
              ))}
              <th>{t('values.changed')}</th>
              {has_actions && (
                <th>
                  <span className="sr-only">{t('dags.actions')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={key_of(row)} data-value={row.name} data-of={row.project}>
                <td>
                  <strong>{row.name}</strong>
                  {row.description && <p className="faint">{row.description}</p>}
                  {row.problem && (
                    <p role="alert">{t('values.problem', { problem: row.problem })}</p>
                  )}
                </td>
                {with_project && <td>{row.project}</td>}
                {row.cells.map((cell, index) => (
                  <td key={header[index + 1]}>{cell}</td>
                ))}
                <td className="nowrap">
                  <RelativeTime time={row.updated_at} />{' '}
                  <span className="faint">{row.updated_by}</span>
                </td>
                {has_actions && (
                  <td className="num nowrap">
                    {may_change(row.project) && (
                      <>
                        <IconButton
                          icon={Pencil}
                          label={t('values.change_title', { name: row.name })}
                          onClick={() => props.on_edit(row)}
                        />
                        <IconButton
                          icon={Trash2}
                          label={t('values.delete_title', { name: row.name })}
                          onClick={() => props.on_delete(row)}
                        />
                      </>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
