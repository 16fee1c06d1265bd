// SPDX-License-Identifier: Apache-2.0
import { Download, ScrollText } from 'lucide-react';
import { type ReactNode, type UIEvent, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LevelMark } from '@/features/server-log/level-mark';
import { type HeldLog, LEVELS, level_of, text_of } from '@/models/server-log';
import { paths } from '@/models/paths';
import { type ServerLogView, useServerLog } from '@/queries/use-server-log';
import { Button } from '@/ui/button';
import { Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { Page } from '@/ui/page';
import { set_query, useQueryValue } from '@/ui/router';
import { Time } from '@/ui/time';
import { useFollowed } from '@/ui/use-followed';
import '@/features/server-log/server-log.css';

/** So close to the end it counts as being there. */
const END_PX = 24;

function save(held: HeldLog): void {
  const url = URL.createObjectURL(new Blob([text_of(held.lines)], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'server.log';
  link.click();
  URL.revokeObjectURL(url);
}

function Filters({ level, text }: { level: string; text: string }): ReactNode {
  const { t } = useTranslation();
  const input = useFollowed(text);
  const look = (value: string): void => set_query({ text: value.trim() || null });
  return (
    <div className="server-log-filters" role="search" aria-label={t('server_log.filters')}>
      <div className="field">
        <label htmlFor="server-log-level">{t('server_log.by_level')}</label>
        <select
          id="server-log-level"
          className="input"
          value={level}
          onChange={(event) => set_query({ level: event.target.value })}
        >
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {t('server_log.and_above', { level: t(`server_log.level_${one}`) })}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="server-log-text">{t('server_log.by_text')}</label>
        <input
          ref={input}
          id="server-log-text"
          className="input"
          type="search"
          defaultValue={text}
          autoComplete="off"
          onBlur={(event) => look(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && look(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

function Lines({ held }: { held: HeldLog }): ReactNode {
  const { t } = useTranslation();
  return (
    <ol className="server-log-lines">
      {held.lines.map((line) => (
        <li key={line.id} data-log={line.level}>
          {held.gaps.has(line.id) && <p className="server-log-gap">{t('server_log.missed')}</p>}
          <span className="faint nowrap">
            <Time time={line.at} form="absolute" />
          </span>
          <LevelMark level={line.level} />
          <span className="server-log-text">{line.text}</span>
        </li>
      ))}
    </ol>
  );
}

/** Stays at the end while new lines come, unless one has scrolled up. */
function Pane({ log, held }: { log: ServerLogView; held: HeldLog }): ReactNode {
  const { t } = useTranslation();
  const pane = useRef<HTMLDivElement>(null);
  const is_at_end = useRef(true);
  const height = useRef(0);
  const first = held.lines[0]?.id;
  const last_first = useRef(first);
  useLayoutEffect(() => {
    const box = pane.current;
    if (!box) return;
    // Older lines came before those one reads: these stay where they are.
    const grew = box.scrollHeight - height.current;
    if (is_at_end.current) box.scrollTop = box.scrollHeight;
    else if (first !== last_first.current && height.current > 0) box.scrollTop += grew;
    height.current = box.scrollHeight;
    last_first.current = first;
  }, [held, first]);
  const note = (event: UIEvent<HTMLDivElement>): void => {
    const box = event.currentTarget;
    is_at_end.current = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
  };
  return (
    <div
      ref={pane}
      className="server-log"
      role="log"
      aria-live="off"
      aria-label={t('server_log.lines')}
      // Scrolled by keys.
      tabIndex={0}
      onScroll={note}
    >
      {held.before === null ? (
        <p className="faint server-log-begin">{t('server_log.begin')}</p>
      ) : (
        <p className="server-log-begin">
          <Button
            busy={log.busy}
            onClick={() => {
              is_at_end.current = false;
              log.older();
            }}
          >
            {t('server_log.older')}
          </Button>
        </p>
      )}
      <Lines held={held} />
    </div>
  );
}

function Log({ log }: { log: ServerLogView }): ReactNode {
  const { t } = useTranslation();
  if (log.error) return <ErrorNote error={log.error} on_retry={log.reload} />;
  if (!log.held) return <Skeleton rows={12} height={18} />;
  if (log.held.lines.length === 0)
    return (
      <Empty icon={ScrollText} title={t('server_log.none')} command="aiflow logs --level debug" />
    );
  return <Pane log={log} held={log.held} />;
}

/** What the server says of itself; the address holds the filters. */
export function ServerLogPage(): ReactNode {
  const { t } = useTranslation();
  const level = level_of(useQueryValue('level')[0] ?? 'info');
  const text = useQueryValue('text')[0] ?? '';
  const [is_following, set_following] = useState(true);
  const log = useServerLog({ level, text }, is_following);
  const { held } = log;
  return (
    <Page
      title={t('server_log.title')}
      parent={{ label: t('nav.system'), to: paths.system() }}
      fill
      actions={
        <>
          <label className="server-log-follow">
            <input
              type="checkbox"
              checked={is_following}
              onChange={(event) => set_following(event.target.checked)}
            />
            {t('server_log.follow')}
          </label>
          <Button icon={Download} disabled={!held} onClick={() => held && save(held)}>
            {t('server_log.download')}
          </Button>
        </>
      }
    >
      <p className="faint">{t('server_log.hint')}</p>
      <Filters level={level} text={text} />
      <p className="faint" role="status">
        {log.lost
          ? t('server_log.lost')
          : t(is_following ? 'server_log.following' : 'server_log.paused')}
      </p>
      <Log log={log} />
    </Page>
  );
}
