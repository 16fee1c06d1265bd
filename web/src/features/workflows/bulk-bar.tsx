// SPDX-License-Identifier: Apache-2.0
// What can be done with the chosen DAGs at once.
import { Pause, Play, Power, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { trigger_preview } from '@/models/find/dag-list';
import type { Refused } from '@/queries/each-of';
import { usePauseDags, useTriggerDags } from '@/queries/use-dags';
import { useMayIn } from '@/queries/use-session';
import { Button, IconButton } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';

/** Names written out; the others are counted. */
const NAMES_MAX = 8;

/** Those that the server refused, each with its reason. */
function RefusedList({ refused }: { refused: readonly Refused<string>[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {refused.slice(0, NAMES_MAX).map(({ item, error }) => (
        <ErrorNote key={item} error={error} what={item} />
      ))}
      {refused.length > NAMES_MAX && (
        <p className="faint">{t('dag_list.more', { count: refused.length - NAMES_MAX })}</p>
      )}
    </>
  );
}

interface PreviewPartProps {
  what: 'starts' | 'beside' | 'waits';
  dags: readonly Dag[];
}

function PreviewPart({ what, dags }: PreviewPartProps): ReactNode {
  const { t } = useTranslation();
  if (dags.length === 0) return null;
  const rest = dags.length - NAMES_MAX;
  return (
    <div className="preview-part" data-preview={what}>
      <h3>{t(`dag_list.preview_${what}`, { count: dags.length })}</h3>
      <p className="faint wrap-anywhere">
        {dags
          .slice(0, NAMES_MAX)
          .map((dag) => dag.dag_id)
          .join(', ')}
        {rest > 0 && ` ${t('dag_list.more', { count: rest })}`}
      </p>
    </div>
  );
}

/** Says what will happen, then makes a run of each. */
function TriggerManyDialog({ dags, on_close }: { dags: Dag[]; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const trigger = useTriggerDags();
  const [note, set_note] = useState('');
  const [done, set_done] = useState(0);
  const [asked] = useState(dags);
  const preview = trigger_preview(asked);
  const refused = trigger.data ?? [];
  const start = (): void =>
    trigger.mutate(
      { dag_ids: asked.map((dag) => dag.dag_id), note, on_progress: set_done },
      { onSuccess: (failed) => failed.length === 0 && on_close() },
    );
  return (
    <Dialog
      title={t('dag_list.trigger_title', { count: asked.length })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t(trigger.data ? 'ui.close' : 'ui.cancel')}</Button>
          {!trigger.data && (
            <Button kind="primary" icon={Play} busy={trigger.isPending} onClick={start}>
              {trigger.isPending
                ? t('dag_list.progress', { done, total: asked.length })
                : t('dag_list.trigger_do', { count: asked.length })}
            </Button>
          )}
        </>
      }
    >
      {trigger.data ? (
        <>
          <p>
            {t('dag_list.triggered', {
              done: asked.length - refused.length,
              total: asked.length,
            })}
          </p>
          <RefusedList refused={refused} />
        </>
      ) : (
        <>
          <PreviewPart what="starts" dags={preview.starts} />
          <PreviewPart what="beside" dags={preview.beside} />
          <PreviewPart what="waits" dags={preview.waits} />
          <p className="field-hint">{t('dag_list.trigger_hint')}</p>
          <div className="field">
            <label htmlFor="bulk-note">{t('trigger.note')}</label>
            <input
              id="bulk-note"
              className="input"
              value={note}
              onChange={(event) => set_note(event.target.value)}
            />
          </div>
        </>
      )}
    </Dialog>
  );
}

interface SwitchManyProps {
  dags: Dag[];
  turn_on: boolean;
  on_do: (dag_ids: string[]) => void;
  on_close: () => void;
}

/** Names what will be switched, and which of them have runs that go on meanwhile. */
function SwitchManyDialog({ dags, turn_on, on_do, on_close }: SwitchManyProps): ReactNode {
  const { t } = useTranslation();
  const [asked] = useState(dags.filter((dag) => dag.is_paused === turn_on));
  const running = asked.filter((dag) => dag.running_count > 0);
  const go = (): void => {
    on_do(asked.map((dag) => dag.dag_id));
    on_close();
  };
  const words = t(turn_on ? 'dag_list.turn_on' : 'dag_list.turn_off', { count: asked.length });
  return (
    <Dialog
      title={words}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button kind="primary" icon={turn_on ? Power : Pause} onClick={go}>
            {words}
          </Button>
        </>
      }
    >
      <p className="faint">{t(turn_on ? 'switch_many.on' : 'switch_many.off')}</p>
      <ul className="preview" data-preview="switch">
        {asked.slice(0, NAMES_MAX).map((dag) => (
          <li key={dag.dag_id}>
            <code>{dag.dag_id}</code>
            {dag.running_count > 0 && (
              <span className="faint">
                {t('switch_many.running', { count: dag.running_count })}
              </span>
            )}
          </li>
        ))}
        {asked.length > NAMES_MAX && (
          <li className="faint">{t('dag_list.more', { count: asked.length - NAMES_MAX })}</li>
        )}
      </ul>
      {running.length > 0 && !turn_on && <p className="faint">{t('switch_many.goes_on')}</p>}
    </Dialog>
  );
}

export interface BulkBarProps {
  dags: Dag[];
  on_clear: () => void;
}

export function BulkBar({ dags, on_clear }: BulkBarProps): ReactNode {
  const { t } = useTranslation();
  const may_operate_in = useMayIn('operator');
  const may_operate = dags.every((dag) => may_operate_in(dag.project));
  const pause = usePauseDags();
  const [triggering, set_triggering] = useState(false);
  const [switching, set_switching] = useState<boolean | null>(null);
  const on = dags.filter((dag) => !dag.is_paused).map((dag) => dag.dag_id);
  const off = dags.filter((dag) => dag.is_paused).map((dag) => dag.dag_id);
  return (
    <div className="bulk-bar" role="region" aria-label={t('dag_list.bulk')}>
      <strong role="status">{t('dag_list.chosen', { count: dags.length })}</strong>
      {may_operate && off.length > 0 && (
        <Button icon={Power} busy={pause.isPending} onClick={() => set_switching(true)}>
          {t('dag_list.turn_on', { count: off.length })}
        </Button>
      )}
      {may_operate && on.length > 0 && (
        <Button icon={Pause} busy={pause.isPending} onClick={() => set_switching(false)}>
          {t('dag_list.turn_off', { count: on.length })}
        </Button>
      )}
      <Button kind="primary" icon={Play} onClick={() => set_triggering(true)}>
        {t('dag_list.trigger', { count: dags.length })}
      </Button>
      <span className="spread" />
      <IconButton icon={X} label={t('dag_list.clear_chosen')} onClick={on_clear} />
      {pause.data && pause.data.length > 0 && (
        <div className="bulk-refused">
          <RefusedList refused={pause.data} />
        </div>
      )}
      {switching !== null && (
        <SwitchManyDialog
          dags={dags}
          turn_on={switching}
          on_close={() => set_switching(null)}
          on_do={(dag_ids) => pause.mutate({ dag_ids, is_paused: !switching })}
        />
      )}
      {triggering && <TriggerManyDialog dags={dags} on_close={() => set_triggering(false)} />}
    </div>
  );
}
