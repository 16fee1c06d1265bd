// SPDX-License-Identifier: Apache-2.0
import { Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/ui/button';
import { Panel } from '@/ui/page';
import { RelativeTime } from '@/ui/time';

export interface ValueRow {
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
  /** null: who looks may not change them. */
  actions: { on_edit: (name: string) => void; on_delete: (name: string) => void } | null;
}

/** Variables or connections: what may be seen of each, who set it, and its actions. */
export function ValueTable({ header, rows, actions }: ValueTableProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              {header.map((word) => (
                <th key={word}>{word}</th>
              ))}
              <th>{t('values.changed')}</th>
              {actions && (
                <th>
                  <span className="sr-only">{t('dags.actions')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} data-value={row.name}>
                <td>
                  <strong>{row.name}</strong>
                  {row.description && <p className="faint">{row.description}</p>}
                  {row.problem && (
                    <p role="alert">{t('values.problem', { problem: row.problem })}</p>
                  )}
                </td>
                {row.cells.map((cell, index) => (
                  <td key={header[index + 1]}>{cell}</td>
                ))}
                <td className="nowrap">
                  <RelativeTime time={row.updated_at} />{' '}
                  <span className="faint">{row.updated_by}</span>
                </td>
                {actions && (
                  <td className="num nowrap">
                    <IconButton
                      icon={Pencil}
                      label={t('values.change_title', { name: row.name })}
                      onClick={() => actions.on_edit(row.name)}
                    />
                    <IconButton
                      icon={Trash2}
                      label={t('values.delete_title', { name: row.name })}
                      onClick={() => actions.on_delete(row.name)}
                    />
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
