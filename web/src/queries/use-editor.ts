// SPDX-License-Identifier: Apache-2.0
// The YAML files of DAGs: read with the tag that a save must name, checked while they are written.
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call, call_list, call_tagged } from '@/api/client';
import type {
  DagCheck,
  DagFileText,
  DagFileVersion,
  DagRun,
  OperatorCatalogue,
} from '@/api/types.gen';
import { keys } from '@/queries/keys';

/** They do not change while the server runs. */
export function useOperators(): UseQueryResult<OperatorCatalogue> {
  return useQuery({
    queryKey: keys.operators,
    staleTime: Infinity,
    queryFn: ({ signal }) => call<OperatorCatalogue>('list_operators', { signal }),
  });
}

export interface SeenFile {
  file: DagFileText;
  tag: string;
}

export async function read_dag_file(dag_id: string): Promise<SeenFile> {
  const { value, tag } = await call_tagged<DagFileText>('get_dag_file', { path: { dag_id } });
  return { file: value, tag };
}

/** As it was when the editor was opened; it is not asked for again behind somebody who writes. */
export function useDagFile(dag_id: string | null): UseQueryResult<SeenFile> {
  return useQuery({
    queryKey: keys.dag_file(dag_id ?? ''),
    enabled: dag_id !== null,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: () => read_dag_file(dag_id ?? ''),
  });
}

/** What no file has: a save that names it is told of whatever is there. */
const TAG_OF_NOTHING = '"none"';

/** What a new file is saved with. */
export interface NewFile {
  project: string;
}

/** Throws ApiError: 412 when it was changed since, 409 when a new one's id is taken. */
export async function save_dag_file(
  dag_id: string,
  content: string,
  as: NewFile | { tag: string },
): Promise<SeenFile> {
  const body = { content };
  const file = await ('tag' in as
    ? call<DagFileText>('put_dag_file', { path: { dag_id }, body, if_match: as.tag })
    : call<DagFileText>('make_dag_file', { path: { project: as.project }, body }));
  const now = await read_dag_file(dag_id);
  // Somebody was quicker than this look: the next save has to find out.
  return { file, tag: now.file.content === content ? now.tag : TAG_OF_NOTHING };
}

export function start_run(dag_id: string): Promise<DagRun> {
  return call<DagRun>('trigger_dag_run', { path: { dag_id }, body: {} });
}

export function useDagTexts(dag_id: string): UseQueryResult<DagFileVersion[]> {
  return useQuery({
    queryKey: keys.dag_texts(dag_id),
    staleTime: 0,
    queryFn: ({ signal }) =>
      call_list<DagFileVersion>('list_dag_file_versions', { path: { dag_id }, signal }),
  });
}

export function useDagText(dag_id: string, version: number): UseQueryResult<DagFileVersion> {
  return useQuery({
    queryKey: keys.dag_texts(dag_id, version),
    queryFn: ({ signal }) =>
      call<DagFileVersion>('get_dag_file_version', {
        path: { dag_id, version_number: version },
        signal,
      }),
  });
}

/** Forgets what lists and pages have of a DAG that was just saved. */
export function useForgetDag(): (dag_id: string) => void {
  const client = useQueryClient();
  return (dag_id) => {
    // Not shown while the new one is on its way: a form of params is made from it.
    client.removeQueries({ queryKey: keys.graph(dag_id) });
    for (const queryKey of [
      keys.dags,
      keys.dag(dag_id),
      keys.source(dag_id),
      keys.versions(dag_id),
      keys.details(dag_id),
      keys.dag_texts(dag_id),
      keys.import_errors,
    ]) {
      void client.invalidateQueries({ queryKey });
    }
  };
}

const PAUSE_MS = 350;

export interface Checked {
  text: string;
  check: DagCheck | null;
  error: Error | null;
}

/** The server's word on the text, a moment after it has come to rest; of an older text until then. */
export function useCheck(text: string): Checked | null {
  const [checked, set_checked] = useState<Checked | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      call<DagCheck>('check_dag_text', { body: { content: text }, signal: stop.signal }).then(
        (check) => set_checked({ text, check, error: null }),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          set_checked({ text, check: null, error: error as Error });
        },
      );
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return checked;
}
