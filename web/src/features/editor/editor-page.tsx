// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { is_gone } from '@/api/error';
import { Editor } from '@/features/editor/editor';
import { new_dag } from '@/models/editor/flow-edits';
import { paths } from '@/models/paths';
import { useDagFile, useOperators } from '@/queries/use-editor';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { Page } from '@/ui/page';
import '@/features/workflows/views/code.css';
import '@/features/editor/editor.css';

export function EditorPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const dag_id = params.dag_id ?? null;
  const operators = useOperators();
  const file = useDagFile(dag_id);
  const error = operators.error ?? file.error;
  if (operators.data && (dag_id === null || file.data)) {
    const seen = file.data ?? null;
    const first = seen?.file.content ?? new_dag('new_dag');
    return <Editor catalogue={operators.data} first={first} seen={seen} />;
  }
  return (
    <Page
      title={dag_id ?? t('editor.new_dag')}
      parent={{ label: t('nav.workflows'), to: paths.dags }}
    >
      {error ? (
        <ErrorNote
          error={error}
          what={t(is_gone(error) ? 'editor.no_file' : 'editor.load_failed')}
          on_retry={() => void (operators.error ? operators.refetch() : file.refetch())}
        />
      ) : (
        <Skeleton rows={8} height={44} />
      )}
    </Page>
  );
}
