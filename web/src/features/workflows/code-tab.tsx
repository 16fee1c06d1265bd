// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { python_lines } from '@/models/python-tokens';
import { useDagSource } from '@/queries/use-dags';
import { Await, CopyText } from '@/ui/feedback';
import '@/features/workflows/code.css';

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

export function CodeTab({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const source = useDagSource(dag.dag_id);
  return (
    <div className="stack code-tab">
      <div className="row">
        <CopyText text={dag.fileloc} />
        <span className="faint">{t('dag.version_number', { version: dag.version })}</span>
      </div>
      <Await query={source} rows={12} height={18}>
        {(data) => <Source text={data.content} />}
      </Await>
    </div>
  );
}
