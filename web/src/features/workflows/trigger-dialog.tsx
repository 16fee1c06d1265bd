// SPDX-License-Identifier: Apache-2.0
import { Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paths } from '@/models/paths';
import { useTriggerDag } from '@/queries/use-dags';
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

export interface TriggerDialogProps {
  dag_id: string;
  on_close: () => void;
}

export function TriggerDialog({ dag_id, on_close }: TriggerDialogProps): ReactNode {
  const { t } = useTranslation();
  const trigger = useTriggerDag(dag_id);
  const [conf, set_conf] = useState('{}');
  const [note, set_note] = useState('');
  const parsed = parse_conf(conf);
  const start = (): void => {
    if (parsed.error) return;
    trigger.mutate(
      { conf: parsed.value, note },
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
      <div className="field">
        <label htmlFor="trigger-conf">{t('trigger.conf')}</label>
        <textarea
          id="trigger-conf"
          className="input"
          rows={6}
          spellCheck={false}
          value={conf}
          aria-invalid={Boolean(parsed.error)}
          onChange={(event) => set_conf(event.target.value)}
        />
        {parsed.error ? (
          <span className="field-error" role="alert">
            {parsed.error === 'object' ? t('trigger.conf_object') : parsed.error}
          </span>
        ) : (
          <span className="field-hint">{t('trigger.conf_hint')}</span>
        )}
      </div>
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
