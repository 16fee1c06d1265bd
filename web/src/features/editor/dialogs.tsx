// SPDX-License-Identifier: Apache-2.0
// What the editor shows over its page: earlier texts, a change by somebody else.
import { History } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagFileVersion } from '@/api/types.gen';
import { Diff } from '@/features/workflows/views/code-diff';
import { type SeenFile, useDagText, useDagTexts } from '@/queries/use-editor';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Await, Empty } from '@/ui/feedback';
import { RelativeTime } from '@/ui/time';
import '@/features/workflows/views/code.css';

function VersionText(props: {
  dag_id: string;
  version: number;
  text: string;
  on_take: (text: string) => void;
}): ReactNode {
  const { dag_id, version, text, on_take } = props;
  const { t } = useTranslation();
  const query = useDagText(dag_id, version);
  return (
    <Await query={query} rows={6} height={20}>
      {(one) => (
        <div className="stack">
          <Diff before={one.content ?? ''} after={text} is_split={false} />
          <div>
            <Button icon={History} onClick={() => on_take(one.content ?? '')}>
              {t('editor.take_version', { version })}
            </Button>
          </div>
        </div>
      )}
    </Await>
  );
}

const CAUSES = { saved: 'saved', outside: 'outside', deleted: 'deleted' } as const;

function cause_of(one: DagFileVersion): keyof typeof CAUSES {
  return one.cause in CAUSES ? (one.cause as keyof typeof CAUSES) : 'saved';
}

export interface VersionsDialogProps {
  dag_id: string;
  text: string;
  on_take: (text: string) => void;
  on_close: () => void;
}

export function VersionsDialog({
  dag_id,
  text,
  on_take,
  on_close,
}: VersionsDialogProps): ReactNode {
  const { t } = useTranslation();
  const query = useDagTexts(dag_id);
  const [chosen, set_chosen] = useState<number | null>(null);
  return (
    <Dialog title={t('editor.versions')} on_close={on_close}>
      <Await query={query} rows={5}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon={History} title={t('editor.no_versions')} />
          ) : (
            <ul className="version-list">
              {list.map((one) => (
                <li key={one.version_number}>
                  <button
                    type="button"
                    aria-pressed={chosen === one.version_number}
                    disabled={one.cause === 'deleted'}
                    onClick={() => set_chosen(one.version_number)}
                  >
                    <strong>{one.version_number}</strong>
                    <span>{t(`editor.cause.${cause_of(one)}`, { user: one.saved_by })}</span>
                    <RelativeTime time={one.saved_at} />
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
      {chosen !== null && (
        <VersionText dag_id={dag_id} version={chosen} text={text} on_take={on_take} />
      )}
    </Dialog>
  );
}

export interface ConflictDialogProps {
  theirs: SeenFile;
  mine: string;
  on_keep: () => void;
  on_take: () => void;
  on_close: () => void;
}

/** The file is not any more what was opened: nobody's work goes without a word. */
export function ConflictDialog({
  theirs,
  mine,
  on_keep,
  on_take,
  on_close,
}: ConflictDialogProps): ReactNode {
  const { t } = useTranslation();
  const { file } = theirs;
  return (
    <Dialog
      title={t('editor.conflict')}
      on_close={on_close}
      actions={
        <>
          <Button onClick={on_close}>{t('ui.cancel')}</Button>
          <Button onClick={on_take}>{t('editor.take_theirs')}</Button>
          <Button kind="primary" onClick={on_keep}>
            {t('editor.keep_mine')}
          </Button>
        </>
      }
    >
      <p>
        {file.saved_by
          ? t('editor.conflict_by', { user: file.saved_by })
          : t('editor.conflict_outside')}
      </p>
      <p className="faint">{t('editor.conflict_hint')}</p>
      <Diff before={file.content} after={mine} is_split={false} />
    </Dialog>
  );
}
