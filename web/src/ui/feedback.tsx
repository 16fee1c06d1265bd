// SPDX-License-Identifier: Apache-2.0
// What a page shows when it has nothing, waits, or failed.
import { Check, CircleAlert, Copy, type LucideIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/error';
import { Button, IconButton } from '@/ui/button';
import { Told } from '@/ui/told';
import '@/ui/feedback.css';

/** Copies a text that stands beside it. */
export function CopyButton({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  const [done, set_done] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    set_done(true);
    window.setTimeout(() => set_done(false), 1500);
  };
  return (
    <IconButton
      icon={done ? Check : Copy}
      label={done ? t('ui.copied') : t('ui.copy')}
      onClick={() => void copy()}
    />
  );
}

/** Text with a button that copies it. */
export function CopyText({ text, block = false }: { text: string; block?: boolean }): ReactNode {
  return (
    <span className={block ? 'copy-text copy-text-block' : 'copy-text'}>
      <code>{text}</code>
      <CopyButton text={text} />
    </span>
  );
}

export interface EmptyProps {
  icon: LucideIcon;
  title: string;
  hint?: string;
  /** The next step as a command to copy. */
  command?: string;
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, hint, command, children }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      <Icon size={28} strokeWidth={1.5} aria-hidden />
      <h3>{title}</h3>
      {hint && <p>{hint}</p>}
      {command && <CopyText text={command} />}
      {children}
    </div>
  );
}

export interface ErrorNoteProps {
  error: Error;
  /** What the page was doing, in words. */
  what?: string;
  /** The reason in the page's own words, when it knows more than the error's kind says. */
  why?: string;
  on_retry?: () => void;
}

/** The server says after how many seconds it takes the next request. */
function too_many_text(t: TFunction, error: ApiError): string {
  const seconds = Number(/(\d+) s\b/.exec(error.message)?.[1]);
  return seconds > 0 ? t('error.too_many_for', { count: seconds }) : t('error.too_many');
}

/** An error where it happened: what, why, and the id under which the server's log has the rest. */
export function ErrorNote({ error, what, why: own_why, on_retry }: ErrorNoteProps): ReactNode {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : null;
  const is_too_many = known?.status === 429;
  const kind = is_too_many
    ? too_many_text(t, known)
    : known
      ? t(`error.${known.code}` as 'error.internal', { defaultValue: t('error.internal') })
      : t('error.internal');
  const why = own_why ?? kind;
  // That no answer came is said by the kind already. What the server says is English on every page.
  const detail = own_why || known?.status === 0 || is_too_many ? '' : error.message;
  return (
    <div className="error-note" role="alert">
      <CircleAlert size={16} aria-hidden />
      <div>
        <strong>{what ?? why}</strong>
        {what && <span className="error-why"> {why}</span>}
        {detail && (
          <p className="error-message" lang="en">
            <Told text={detail} />
          </p>
        )}
        {known?.request_id && (
          <p className="error-request">
            {t('error.request_id')} <code>{known.request_id}</code>
          </p>
        )}
      </div>
      {on_retry && (
        <Button kind="quiet" onClick={on_retry}>
          {t('ui.retry')}
        </Button>
      )}
    </div>
  );
}

/** Grey rows in the shape of what is coming. */
export function Skeleton({ rows = 5, height = 32 }: { rows?: number; height?: number }): ReactNode {
  return (
    <div className="skeleton" aria-busy="true" aria-hidden>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} style={{ height, opacity: 1 - at / (rows + 2) }} />
      ))}
    </div>
  );
}

export interface AwaitProps<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  rows?: number;
  height?: number;
  children: (data: T) => ReactNode;
}

/** Skeleton, error or content of a query, in that order of need. */
export function Await<T>({ query, rows = 5, height = 32, children }: AwaitProps<T>): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorNote error={query.error} on_retry={() => void query.refetch()} />;
  return <Skeleton rows={rows} height={height} />;
}
