// SPDX-License-Identifier: Apache-2.0
// The file of a DAG in any of its versions, and what differs between two of them.
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag, DagVersionInfo } from '@/api/types.gen';
import { CodeDiff } from '@/features/workflows/views/code-diff';
import { zoned_text } from '@/i18n/format';
import { python_lines } from '@/models/python-tokens';
import { useDagVersions } from '@/queries/use-dag-views';
import { useDagSource } from '@/queries/use-dags';
import { Await, CopyText, ErrorNote } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/workflows/views/code.css';

function Source({ text }: { text: string }): ReactNode {
  const lines = useMemo(() => python_lines(text.replace(/\n$/, '')), [text]);
  return (
    <pre className="code" tabIndex={0}>
      {lines.map((tokens, at) => (
        <div key={at} className="code-line">
          <span className="code-line-number" aria-hidden>
            {at + 1}
          </span>
          <code>
            {tokens.map((token, n) => (
              <span key={n} className={`code-${token.kind}`}>
                {token.text}
              </span>
            ))}
          </code>
        </div>
      ))}
    </pre>
  );
}

/** A version in a page's address; null: none, or not a number. */
function read_version(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

interface PickProps {
  label: string;
  value: number | null;
  none?: string;
  versions: readonly DagVersionInfo[];
  on_pick: (version: string) => void;
}

function VersionPick({ label, value, none, versions, on_pick }: PickProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  return (
    <label className="row">
      <span className="faint">{label}</span>
      <select
        className="input input-small code-pick"
        value={value ?? ''}
        onChange={(event) => on_pick(event.target.value)}
      >
        {none && <option value="">{none}</option>}
        {versions.map((one) => (
          <option key={one.version_number} value={one.version_number}>
            {t('dag.version_number', { version: one.version_number })} ·{' '}
            {zoned_text(one.created_at, locale, zone)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Bar({
  dag,
  version,
  against,
}: {
  dag: Dag;
  version: number;
  against: number | null;
}): ReactNode {
  const { t } = useTranslation();
  const [form, set_form] = useQueryValue('diff');
  const versions = useDagVersions(dag.dag_id);
  const items = versions.data?.items ?? [];
  if (versions.error)
    return (
      <ErrorNote
        error={versions.error}
        what={t('code.no_versions')}
        on_retry={() => void versions.refetch()}
      />
    );
  return (
    <div className="row code-bar">
      <CopyText text={dag.fileloc} />
      <VersionPick
        label={t('code.shown')}
        value={version}
        versions={items}
        on_pick={(value) => set_query({ version: value })}
      />
      <VersionPick
        label={t('code.against')}
        value={against}
        none={t('code.nothing')}
        versions={items.filter((one) => one.version_number !== version)}
        on_pick={(value) => set_query({ against: value })}
      />
      {against !== null && (
        <div className="chips" role="group" aria-label={t('code.form')}>
          {(['inline', 'split'] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={(form === 'split') === (one === 'split')}
              onClick={() => set_form(one === 'split' ? 'split' : null)}
            >
              {t(`code.${one}`)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

export function CodeTab({ dag }: { dag: Dag }): ReactNode {
  const [version_value] = useQueryValue('version');
  const [against_value] = useQueryValue('against');
  const version = read_version(version_value);
  const against = read_version(against_value);
  const source = useDagSource(dag.dag_id, version ?? 0);
  return (
    <div className="stack code-tab">
      <Bar dag={dag} version={version ?? dag.version} against={against} />
      <Await query={source} rows={12} height={18}>
        {(data) =>
          against === null ? (
            <Source text={data.content} />
          ) : (
            <CodeDiff dag_id={dag.dag_id} against={against} source={data} />
          )
        }
      </Await>
    </div>
  );
}
