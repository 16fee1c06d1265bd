// SPDX-License-Identifier: Apache-2.0
// The text that is worked on, with the way back and forth. Whatever changes it - canvas, form, text
// pane - is a step.
import { useCallback, useState } from 'react';
import { EditRefused } from '@/models/editor/text-edits';

interface State {
  text: string;
  past: readonly string[];
  future: readonly string[];
  /** Steps of one kind that follow each other are one: a word is not undone letter by letter. */
  kind: string;
  at: number;
}

export interface Draft {
  text: string;
  can_undo: boolean;
  can_redo: boolean;
  /** The last change was refused, and why. */
  refused: string | null;
  /** False when it was refused. */
  edit: (make: (text: string) => string, kind?: string) => boolean;
  undo: () => void;
  redo: () => void;
}

const STEPS_MAX = 500;
const ONE_STEP_MS = 1200;

export function useDraft(first: string): Draft {
  const [state, set_state] = useState<State>({
    text: first,
    past: [],
    future: [],
    kind: '',
    at: 0,
  });
  const [refused, set_refused] = useState<string | null>(null);
  const { text } = state;
  const edit = useCallback(
    (make: (text: string) => string, kind = ''): boolean => {
      let made: string;
      try {
        made = make(text);
      } catch (error) {
        if (!(error instanceof EditRefused)) throw error;
        set_refused(error.message);
        return false;
      }
      set_refused(null);
      if (made === text) return true;
      const now = Date.now();
      set_state((old) => {
        const goes_on = kind !== '' && kind === old.kind && now - old.at < ONE_STEP_MS;
        const past = goes_on ? old.past : [...old.past, old.text].slice(-STEPS_MAX);
        return { text: made, past, future: [], kind, at: now };
      });
      return true;
    },
    [text],
  );
  const undo = useCallback(() => {
    set_refused(null);
    set_state((old) => {
      const last = old.past.at(-1);
      if (last === undefined) return old;
      const future = [old.text, ...old.future];
      return { text: last, past: old.past.slice(0, -1), future, kind: '', at: 0 };
    });
  }, []);
  const redo = useCallback(() => {
    set_state((old) => {
      const [next, ...future] = old.future;
      if (next === undefined) return old;
      return { text: next, past: [...old.past, old.text], future, kind: '', at: 0 };
    });
  }, []);
  const can_undo = state.past.length > 0;
  return { text, can_undo, can_redo: state.future.length > 0, refused, edit, undo, redo };
}
