// SPDX-License-Identifier: Apache-2.0
// A dry run: in which order the tasks can run, which of them serve others, and what they ask for.
import { Check, Radio, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagCheck, DagNeed } from '@/api/types.gen';
import type { Flow } from '@/models/editor/flow';
import { type AskedService, services_of } from '@/models/editor/services';
import { useServices } from '@/queries/use-sites';
import { Dialog } from '@/ui/dialog';
import { ErrorNote, Skeleton } from '@/ui/feedback';

interface Need {
  kind: 'pack' | 'pool' | 'service';
  name: string;
  /** Null: it is not known yet. */
  is_there: boolean | null;
  tasks: readonly string[];
  /** The task that brings it. */
  made_by: string | null;
}

const as_need = (need: DagNeed): Need => ({
  ...need,
  kind: need.kind === 'pack' ? 'pack' : 'pool',
  made_by: null,
});

function Needs({ needs }: { needs: readonly Need[] }): ReactNode {
  const { t } = useTranslation();
  if (needs.length === 0) return <p className="faint">{t('editor.needs_nothing')}</p>;
  const state_of = ({ is_there, made_by }: Need): string => {
    if (is_there) return t('editor.is_there');
    if (made_by) return t('editor.is_made', { task: made_by });
    return is_there === null ? '' : t('editor.is_missing');
  };
  return (
    <ul className="dry-needs">
      {needs.map((need) => {
        const is_fine = need.is_there !== false || need.made_by !== null;
        return (
          <li key={`${need.kind} ${need.name}`} data-there={is_fine}>
            {is_fine ? <Check size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
            <span>
              {t(`editor.need_${need.kind}`)} <code>{need.name}</code> {state_of(need)}
              <span className="faint"> · {need.tasks.join(', ')}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export interface DryRunDialogProps {
  /** Null: it is still being checked. */
  check: DagCheck | null;
  error: Error | null;
  flow: Flow;
  problems: readonly string[];
  on_close: () => void;
}

/** In which order the tasks can run, and what they ask for; nothing is started. */
export function DryRunDialog(props: DryRunDialogProps): ReactNode {
  const { check, error, flow, problems, on_close } = props;
  const { t } = useTranslation();
  const { serving, asked } = services_of(flow);
  const services = useServices();
  const service_need = ({ name, tasks, made_by }: AskedService): Need => ({
    kind: 'service',
    name,
    tasks,
    is_there: services.data?.some((one) => one.name === name) ?? null,
    made_by,
  });
  const is_bad = check !== null && check.problems.length > 0;
  return (
    <Dialog title={t('editor.dry_run')} on_close={on_close}>
      {error && <ErrorNote error={error} what={t('editor.check_failed')} />}
      {!check && !error && <Skeleton rows={4} />}
      {is_bad && (
        <>
          <p>{t('editor.mend_first')}</p>
          <ul className="dry-problems">
            {problems.map((one, at) => (
              <li key={at}>{one}</li>
            ))}
          </ul>
        </>
      )}
      {check && !is_bad && (
        <>
          <h3>{t('editor.order')}</h3>
          {check.steps.length === 0 && <p className="faint">{t('editor.no_tasks')}</p>}
          <ol className="dry-steps">
            {check.steps.map((step, at) => (
              <li key={at}>
                <span className="dry-step">{at + 1}</span>
                {step.tasks.map((task) => (
                  <span key={task} className="dry-task" data-task={task}>
                    <code>{task}</code>
                    {serving.has(task) && (
                      <span className="dry-serves">
                        <Radio size={13} aria-hidden /> {t('editor.serves')}
                      </span>
                    )}
                  </span>
                ))}
              </li>
            ))}
          </ol>
          <h3>{t('editor.needs')}</h3>
          <Needs needs={[...check.needs.map(as_need), ...asked.map(service_need)]} />
        </>
      )}
    </Dialog>
  );
}
