// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagSource } from '@/api/types.gen';
import {
  type DiffLine,
  type DiffRow,
  diff_blocks,
  diff_lines,
  diff_rows,
} from '@/models/views/text-diff';
import { useDagSource } from '@/queries/use-dags';
import { Await, Empty } from '@/ui/feedback';
import { useQueryValue } from '@/ui/router';
import { Equal } from 'lucide-react';

const SIGN = { same: ' ', removed: '−', added: '+' } as const;

function Inline({ lines }: { lines: readonly DiffLine[] }): ReactNode {
  const { t } = useTranslation();
  return lines.map((line, at) => (
    <div key={at} className={`code-line diff-${line.kind}`} data-diff={line.kind}>
      <span className="code-line-number" aria-hidden>
        {line.before ?? ''}
      </span>
      <span className="code-line-number" aria-hidden>
        {line.after ?? ''}
      </span>
      <span className="diff-sign" aria-hidden>
        {SIGN[line.kind]}
      </span>
      {line.kind !== 'same' && <span className="sr-only">{t(`code.${line.kind}`)}</span>}
      <code>{line.text}</code>
    </div>
  ));
}

function Side({ line, side }: { line: DiffLine | null; side: 'before' | 'after' }): ReactNode {
  return (
    <div className={`code-line diff-${line?.kind ?? 'none'}`} data-diff={line?.kind}>
      <span className="code-line-number" aria-hidden>
        {line?.[side] ?? ''}
      </span>
      <span className="diff-sign" aria-hidden>
        {line ? SIGN[line.kind] : ''}
      </span>
      <code>{line?.text}</code>
    </div>
  );
}

function Split({ rows }: { rows: readonly DiffRow[] }): ReactNode {
  return rows.map(({ left, right }, at) => (
    <div key={at} className="diff-pair">
      <Side line={left} side="before" />
      <Side line={right} side="after" />
    </div>
  ));
}

interface CodeDiffProps {
  dag_id: string;
  /** The version that `source` is compared with. */
  against: number;
  source: DagSource;
}

/** What changed from one text to the other. */
export function Diff({
  before,
  after,
  is_split,
}: {
  before: string;
  after: string;
  is_split: boolean;
}): ReactNode {
  const { t } = useTranslation();
  const lines = useMemo(() => diff_lines(before, after), [before, after]);
  const blocks = useMemo(() => diff_blocks(lines), [lines]);
  const count = (kind: DiffLine['kind']): number =>
    lines.filter((line) => line.kind === kind).length;
  if (lines.every((line) => line.kind === 'same')) {
    return <Empty icon={Equal} title={t('code.no_difference')} />;
  }
  return (
    <>
      <p className="faint">{t('code.sum', { added: count('added'), removed: count('removed') })}</p>
      <div className={`code diff ${is_split ? 'diff-split' : ''}`} tabIndex={0}>
        {blocks.map((block, at) =>
          block.kind === 'cut' ? (
            <div key={at} className="diff-cut">
              {t('code.cut', { count: block.count })}
            </div>
          ) : is_split ? (
            <Split key={at} rows={diff_rows(block.lines)} />
          ) : (
            <Inline key={at} lines={block.lines} />
          ),
        )}
      </div>
    </>
  );
}

/** What changed from version `against` to the shown one. */
export function CodeDiff({ dag_id, against, source }: CodeDiffProps): ReactNode {
  const older = useDagSource(dag_id, against);
  const [form] = useQueryValue('diff');
  return (
    <Await query={older} rows={12} height={18}>
      {(data) => <Diff before={data.content} after={source.content} is_split={form === 'split'} />}
    </Await>
  );
}
