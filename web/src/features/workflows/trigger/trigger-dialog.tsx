// SPDX-License-Identifier: Apache-2.0
import { Braces, ListChecks, Play } from 'lucide-react';
import { Fragment, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TriggerRequest } from '@/api/types.gen';
import { ParamsForm } from '@/features/workflows/trigger/params-form';
import { type Conf, useConf } from '@/features/workflows/trigger/use-conf';
import { described_params } from '@/models/params/params';
import { paths } from '@/models/paths';
import { useDagGraph, useTriggerDag } from '@/queries/use-dags';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { navigate } from '@/ui/router';
import { local_zone } from '@/ui/zone';
import '@/features/workflows/trigger/trigger.css';

interface JsonFieldProps {
  conf: Conf;
  params: unknown;
}

function JsonField({ conf, params }: JsonFieldProps): ReactNode {
  const { t } = useTranslation();
  const described = described_params(params);
  return (
    <div className="field">
      <label htmlFor="trigger-conf">{t('trigger.conf')}</label>
      <textarea
        id="trigger-conf"
        className="input"
        rows={Math.min(16, Math.max(6, conf.text.split('\n').length))}
        spellCheck={false}
        value={conf.text}
        aria-invalid={Boolean(conf.json_error)}
        onChange={(event) => conf.set_text(event.target.value)}
      />
      {conf.json_error ? (
        <span className="field-error" role="alert">
          {conf.json_error === 'object' ? t('trigger.conf_object') : conf.json_error}
        </span>
      ) : (
        <span className="field-hint">{t('trigger.conf_hint')}</span>
      )}
      {described.length > 0 && (
        <dl className="facts">
          {described.map(({ name, description }) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{description}</dd>
            </Fragment>
          ))}
        </dl>
      )}
    </div>
  );
}

interface More {
  note: string;
  run_id: string;
  logical_date: string;
  use_cache: boolean;
}

const NOTHING_MORE: More = { note: '', run_id: '', logical_date: '', use_cache: true };

interface MoreFieldsProps {
  more: More;
  on_change: (change: Partial<More>) => void;
}

function MoreFields({ more, on_change }: MoreFieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <details className="trigger-more">
      <summary>{t('trigger.more')}</summary>
      <div className="stack">
        <div className="field">
          <label htmlFor="trigger-run-id">{t('trigger.run_id')}</label>
          <input
            id="trigger-run-id"
            className="input"
            autoComplete="off"
            value={more.run_id}
            placeholder={t('trigger.run_id_default')}
            onChange={(event) => on_change({ run_id: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor="trigger-date">{t('trigger.logical_date')}</label>
          <input
            id="trigger-date"
            className="input"
            type="datetime-local"
            step={1}
            value={more.logical_date}
            onChange={(event) => on_change({ logical_date: event.target.value })}
          />
          <span className="field-hint">{t('trigger.date_hint', { zone: local_zone() })}</span>
        </div>
        <label className="row">
          <input
            type="checkbox"
            checked={more.use_cache}
            onChange={(event) => on_change({ use_cache: event.target.checked })}
          />
          {t('trigger.use_cache')}
        </label>
      </div>
    </details>
  );
}

function request_of(conf: Record<string, unknown>, more: More): TriggerRequest {
  return {
    conf,
    note: more.note,
    ...(more.run_id.trim() && { dag_run_id: more.run_id.trim() }),
    ...(more.logical_date && { logical_date: new Date(more.logical_date).toISOString() }),
    ...(!more.use_cache && { use_cache: false }),
  };
}

export interface TriggerDialogProps {
  dag_id: string;
  on_close: () => void;
}

export function TriggerDialog({ dag_id, on_close }: TriggerDialogProps): ReactNode {
  const { t } = useTranslation();
  const trigger = useTriggerDag(dag_id);
  const graph = useDagGraph(dag_id);
  const conf = useConf(graph.data?.params);
  const [more, set_more] = useState(NOTHING_MORE);
  const asked = useRef(false);
  const start = (): void => {
    // Two clicks come before the button is drawn as busy.
    if (!conf.conf || asked.current) return;
    asked.current = true;
    trigger.mutate(request_of(conf.conf, more), {
      onSuccess: (run) => {
        on_close();
        navigate(paths.dag(dag_id, { tab: 'graph', run: run.dag_run_id }));
      },
      onSettled: () => {
        asked.current = false;
      },
    });
  };
  return (
    <Dialog
      title={t('trigger.title', { dag: dag_id })}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button
            kind="primary"
            icon={Play}
            busy={trigger.isPending}
            disabled={!conf.conf || graph.isPending}
            onClick={start}
          >
            {t('trigger.start')}
          </Button>
        </>
      }
    >
      {graph.isPending && <Skeleton />}
      {conf.fields.length > 0 && (
        <div className="trigger-side">
          <Button
            icon={conf.as_json ? ListChecks : Braces}
            disabled={!conf.conf}
            onClick={conf.turn}
          >
            {conf.as_json ? t('trigger.as_form') : t('trigger.as_json')}
          </Button>
        </div>
      )}
      {!graph.isPending && conf.as_json && <JsonField conf={conf} params={graph.data?.params} />}
      {!conf.as_json && (
        <ParamsForm fields={conf.fields} typed_for={conf.typed_for} on_change={conf.set_typed} />
      )}
      <div className="field">
        <label htmlFor="trigger-note">{t('trigger.note')}</label>
        <input
          id="trigger-note"
          className="input"
          value={more.note}
          onChange={(event) => set_more({ ...more, note: event.target.value })}
        />
      </div>
      <MoreFields more={more} on_change={(change) => set_more({ ...more, ...change })} />
      {trigger.error && <ErrorNote error={trigger.error} what={t('trigger.failed')} />}
    </Dialog>
  );
}
