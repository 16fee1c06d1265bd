// SPDX-License-Identifier: Apache-2.0
// Saving, and what comes in between: mistakes, a change by somebody else, a run right after.
import { useState } from 'react';
import { ApiError } from '@/api/error';
import type { Flow } from '@/models/editor/flow';
import { paths } from '@/models/paths';
import {
  type SeenFile,
  read_dag_file,
  save_dag_file,
  start_run,
  useForgetDag,
} from '@/queries/use-editor';
import { navigate, settle_at } from '@/ui/router';

export interface Saving {
  /** The text that the file has, as far as is known; null: there is none yet. */
  saved: string | null;
  busy: 'save' | 'run' | null;
  error: Error | null;
  conflict: SeenFile | null;
  save: (and_run?: boolean) => Promise<void>;
  /** Saves over what somebody else has saved. */
  keep_mine: () => void;
  /** Their text, which is from now on what changes are made to. */
  take_theirs: () => string;
  close_conflict: () => void;
  /** It is saved, and the run's params are to be asked for. */
  asks: boolean;
  close_asking: () => void;
}

interface Known {
  text: string | null;
  tag: string | null;
}

/** Whether a run of it may be given something. */
function has_params(flow: Flow): boolean {
  const { params } = flow.fields;
  return typeof params === 'object' && params !== null && Object.keys(params).length > 0;
}

/** A new DAG goes into the project; one that is there stays where it is. */
export function useSaving(
  text: string,
  flow: Flow,
  first: SeenFile | null,
  project: string,
): Saving {
  const { dag_id } = flow;
  const [asks, set_asks] = useState(false);
  const [known, set_known] = useState<Known>({
    text: first?.file.content ?? null,
    tag: first?.tag ?? null,
  });
  const [busy, set_busy] = useState<'save' | 'run' | null>(null);
  const [error, set_error] = useState<Error | null>(null);
  const [conflict, set_conflict] = useState<SeenFile | null>(null);
  const forget = useForgetDag();

  const store = async (tag: string | null): Promise<boolean> => {
    try {
      const made = await save_dag_file(dag_id, text, tag === null ? { project } : { tag });
      set_known({ text, tag: made.tag });
      forget(dag_id);
      // A new one has an address from now on: for a reload, a bookmark, somebody else.
      if (tag === null) settle_at(paths.editor(dag_id));
      return true;
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 412) throw cause;
      set_conflict(await read_dag_file(dag_id));
      return false;
    }
  };
  const run = async (): Promise<void> => {
    const made = await start_run(dag_id);
    navigate(paths.dag(dag_id, { tab: 'graph', run: made.dag_run_id }));
  };
  const save_with = async (tag: string | null, and_run: boolean): Promise<void> => {
    set_busy(and_run ? 'run' : 'save');
    set_error(null);
    try {
      const is_saved = known.text === text || (await store(tag));
      // The page of the run is left for only when the question about unsaved work has gone.
      if (is_saved && and_run && has_params(flow)) set_asks(true);
      else if (is_saved && and_run) window.setTimeout(() => void run().catch(set_error), 0);
    } catch (cause) {
      set_error(cause as Error);
    } finally {
      set_busy(null);
    }
  };
  return {
    saved: known.text,
    busy,
    error,
    conflict,
    save: (and_run = false) => save_with(known.tag, and_run),
    keep_mine: () => {
      const tag = conflict?.tag ?? null;
      set_conflict(null);
      void save_with(tag, false);
    },
    take_theirs: () => {
      const theirs = conflict?.file.content ?? text;
      set_known({ text: theirs, tag: conflict?.tag ?? null });
      set_conflict(null);
      return theirs;
    },
    close_conflict: () => set_conflict(null),
    asks,
    close_asking: () => set_asks(false),
  };
}
