// SPDX-License-Identifier: Apache-2.0
import { FileWarning } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportError } from '@/api/types.gen';
import { JsonView } from '@/ui/json-view';
import { RelativeTime } from '@/ui/time';
import { Told } from '@/ui/told';
import '@/features/workflows/import-errors.css';

/** DAG files that could not be read: a bar that opens to file, line and trace. */
export function ImportErrors({ errors }: { errors: ImportError[] }): ReactNode {
  const { t } = useTranslation();
  if (errors.length === 0) return null;
  return (
    <details className="import-errors">
      <summary>
        <FileWarning size={16} aria-hidden />
        {t('dags.import_errors', { count: errors.length })}
        <span className="import-errors-names">
          {errors.map((error) => error.filename.split('/').at(-1)).join(', ')}
        </span>
      </summary>
      {errors.map((error) => (
        <article key={error.import_error_id}>
          <h3>
            <code>
              {error.filename}
              {error.line ? `:${error.line}` : ''}
            </code>{' '}
            <span className="faint">
              <RelativeTime time={error.timestamp} />
            </span>
          </h3>
          <p>
            <Told text={error.message} />
          </p>
          {error.stack_trace && <JsonView value={error.stack_trace} />}
        </article>
      ))}
    </details>
  );
}
