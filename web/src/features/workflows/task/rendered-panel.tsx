// SPDX-License-Identifier: Apache-2.0
// The fields of a task as a try had them, after their templates were rendered.
import { Braces } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { as_fields } from '@/models/unknown';
import { type TaskRef, useTry } from '@/queries/use-tasks';
import { Await, CopyButton, Empty } from '@/ui/feedback';
import { JsonView } from '@/ui/json-view';
import '@/features/workflows/task/usage-panel.css';

const as_copied = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

export function RenderedPanel({
  task,
  try_number,
}: {
  task: TaskRef;
  try_number: number;
}): ReactNode {
  const { t } = useTranslation();
  const details = useTry(task, try_number);
  if (try_number < 1) return <Empty icon={Braces} title={t('log.not_started')} />;
  return (
    <Await query={details} rows={3}>
      {({ rendered_fields, state }) => {
        const fields = Object.entries(as_fields(rendered_fields));
        if (fields.length === 0) {
          const hint = state === 'running' ? 'rendered.none_yet' : 'rendered.none_hint';
          return <Empty icon={Braces} title={t('rendered.none')} hint={t(hint)} />;
        }
        return (
          <div className="stack">
            {fields.map(([name, value]) => (
              <article key={name} className="stack xcom" data-field={name}>
                <div className="rendered-head">
                  <h3 className="mono">{name}</h3>
                  <CopyButton text={as_copied(value)} />
                </div>
                <JsonView value={value} />
              </article>
            ))}
          </div>
        );
      }}
    </Await>
  );
}
