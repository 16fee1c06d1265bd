// SPDX-License-Identifier: Apache-2.0
import { Play } from 'lucide-react';
import { Fragment, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changed_conf, default_conf, described_params } from '@/models/params';
import { paths } from '@/models/paths';
import { useDagGraph, useTriggerDag } from '@/queries/use-dags';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ErrorNote } from '@/ui/feedback';
import { navigate } from '@/ui/router';

function parse_conf(text: string): { value: unknown; error: string } {
  if (!text.trim()) return { value: {}, error: '' };
  try {
    const value = JSON.parse(text) as unknown;
    const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
    return { value, error: is_object ? '' : 'object' };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : 'json' };
  }
}

interface ConfFieldProps {
  conf: string;
  error: string;
  params: unknown;
  on_change: (conf: string) => void;
}

function ConfField({ conf, error, params, on_change }: ConfFieldProps): ReactNode {
  const { t } = useTranslation();
  const described = described_params(params);
  return (
    <div className="field">
      <label htmlFor="trigger-conf">{t('trigger.conf')}</label>
      <textarea
        id="trigger-conf"
        className="input"
        rows={Math.min(16, Math.max(6, conf.split('\n').length))}
        spellCheck={false}
        value={conf}
        aria-invalid={Boolean(error)}
        onChange={(event) => on_change(event.target.value)}
      />
      {error ? (
        <span className="field-error" role="alert">
          {error === 'object' ? t('trigger.conf_object') : error}
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

export interface TriggerDialogProps {
  dag_id: string;
  on_close: () => void;
}

export function TriggerDialog({ dag_id, on_close }: TriggerDialogProps): ReactNode {
  const { t } = useTranslation();
  const trigger = useTriggerDag(dag_id);
  const params = useDagGraph(dag_id).data?.params;
  const defaults = default_conf(params);
  const [typed, set_conf] = useState<string | null>(null);
  const conf = typed ?? JSON.stringify(defaults, null, 2);
  const [note, set_note] = useState('');
  const parsed = parse_conf(conf);
  const start = (): void => {
    if (parsed.error) return;
    trigger.mutate(
      { conf: changed_conf(parsed.value, defaults), note },
      {
        onSuccess: (run) => {
          on_close();
          navigate(paths.dag(dag_id, { tab: 'graph', run: run.dag_run_id }));
        },
      },
    );
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
            disabled={Boolean(parsed.error)}
            onClick={start}
          >
            {t('trigger.start')}
          </Button>
        </>
      }
    >
      <ConfField conf={conf} error={parsed.error} params={params} on_change={set_conf} />
      <div className="field">
        <label htmlFor="trigger-note">{t('trigger.note')}</label>
        <input
          id="trigger-note"
          className="input"
          value={note}
          onChange={(event) => set_note(event.target.value)}
        />
      </div>
      {trigger.error && <ErrorNote error={trigger.error} what={t('trigger.failed')} />}
    </Dialog>
  );
}
