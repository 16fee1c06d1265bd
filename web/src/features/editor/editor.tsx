// SPDX-License-Identifier: Apache-2.0
// One text, shown as canvas, form and YAML: each changes the text, and all show what it says.
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorCatalogue } from '@/api/types.gen';
import { Canvas } from '@/features/editor/canvas';
import { ConflictDialog, VersionsDialog } from '@/features/editor/dialogs';
import { DryRunDialog } from '@/features/editor/dry-run';
import { Form } from '@/features/editor/form';
import { OperatorPalette } from '@/features/editor/palette';
import { TaskList } from '@/features/editor/task-list';
import { EditorTools } from '@/features/editor/tools';
import { useActions } from '@/features/editor/use-actions';
import { useCanvas } from '@/features/editor/use-canvas';
import { type Draft, useDraft } from '@/features/editor/use-draft';
import { useSaving } from '@/features/editor/use-saving';
import { problem_text } from '@/features/editor/words';
import { YamlPane } from '@/features/editor/yaml-pane';
import { TriggerDialog } from '@/features/workflows/trigger/trigger-dialog';
import { type Problem, flow_problems, name_problems, server_problems } from '@/models/editor/check';
import {
  type Flow,
  type FlowReading,
  group_node,
  offset_of,
  parse_flow,
  place_at,
} from '@/models/editor/flow';
import type { Path } from '@/models/editor/text-edits';
import { type SeenFile, useCheck } from '@/queries/use-editor';
import { useMayOnFile, useNewDagProject } from '@/queries/access/use-projects';
import { ErrorNote } from '@/ui/feedback';
import { Page } from '@/ui/page';
import { useProjectChoice } from '@/ui/project-choice';
import { useLeaveQuestion } from '@/ui/router';
import { paths } from '@/models/paths';
import { is_typing } from '@/ui/use-key';

const EMPTY_FLOW: Flow = { dag_id: '', fields: {}, tasks: [], groups: [] };

/** The last text that could be read stays on the canvas while the newest cannot. */
function useFlow(text: string): { reading: FlowReading; flow: Flow } {
  const reading = useMemo(() => parse_flow(text), [text]);
  const good = useRef<Flow>(EMPTY_FLOW);
  if (reading.flow) good.current = reading.flow;
  return { reading, flow: good.current };
}

interface Judged {
  problems: readonly Problem[];
  state: 'checking' | 'good' | 'bad' | 'unknown';
  check: ReturnType<typeof useCheck>;
}

/** The server's word where it has spoken, until then what the catalogue tells. */
function useProblems(text: string, reading: FlowReading, catalogue: OperatorCatalogue): Judged {
  const check = useCheck(text);
  const own = useMemo(
    () => (reading.flow ? flow_problems(reading.flow, catalogue) : []),
    [reading, catalogue],
  );
  return useMemo((): Judged => {
    if (reading.error) {
      const { message, line } = reading.error;
      return { problems: [{ path: [], code: null, message, line }], state: 'bad', check };
    }
    const current = check?.text === text ? check : null;
    if (!current?.check) {
      const state = own.length > 0 ? 'bad' : current?.error ? 'unknown' : 'checking';
      return { problems: own, state, check: current };
    }
    const theirs = server_problems(current.check);
    const hints = own.filter((one) => one.code === 'braces');
    const problems = [...theirs, ...hints];
    return { problems, state: problems.length > 0 ? 'bad' : 'good', check: current };
  }, [reading, own, check, text]);
}

/** With what stands in the way of a DAG that is new. */
function judged_as_new(judged: Judged): Judged {
  const check = judged.check?.check;
  if (judged.state !== 'good' || !check) return judged;
  const problems = [...judged.problems, ...name_problems(check)];
  return { ...judged, problems, state: problems.length > 0 ? 'bad' : 'good' };
}

/** Ctrl-Z and Ctrl-Y wherever one is, but in a form's field, which has its own way back; Ctrl-S. */
function useKeys(draft: Draft, save: () => void): void {
  useEffect(() => {
    const on_key = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      if (key === 's') {
        event.preventDefault();
        save();
        return;
      }
      const in_text = (event.target as HTMLElement).closest('.editor-yaml') !== null;
      if (is_typing(event) && !in_text) return;
      if (key === 'z' && !event.shiftKey) draft.undo();
      else if (key === 'y' || key === 'z') draft.redo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', on_key);
    return () => window.removeEventListener('keydown', on_key);
  });
}

const NARROW = '(max-width: 760px)';

function useNarrow(): boolean {
  const [narrow, set_narrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const listen = (): void => set_narrow(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return narrow;
}

/** First and last line of what is selected. */
function lit_lines(
  text: string,
  reading: FlowReading,
  selected: string | null,
): readonly [number, number] | null {
  if (!reading.flow || selected === null) return null;
  const task = reading.flow.tasks.find((one) => one.key === selected);
  const group = reading.flow.groups.find((one) => group_node(one.id) === selected);
  const path: Path | null = task ? ['tasks', task.at] : group ? ['task_groups', group.at] : null;
  const range = path && (reading.doc.getIn(path, true) as { range?: number[] } | undefined)?.range;
  if (!range) return null;
  const [from = 0, to = 0] = range;
  const end = from + text.slice(from, to).trimEnd().length;
  return [place_at(text, from).line, place_at(text, end).line];
}

function line_of(text: string, reading: FlowReading, problem: Problem): number {
  if (problem.line !== null) return problem.line;
  return reading.doc ? place_at(text, offset_of(reading.doc, problem.path)).line : 1;
}

export interface EditorProps {
  catalogue: OperatorCatalogue;
  first: string;
  seen: SeenFile | null;
}

/** All that the parts of the page share. */
function useEditing({ catalogue, first, seen }: EditorProps) {
  const { t } = useTranslation();
  const place = useNewDagProject(useProjectChoice());
  const may_change = useMayOnFile('operator', seen?.file.dag_id ?? null);
  const may_save = seen ? may_change : place.projects.length > 0;
  const draft = useDraft(first);
  const { text } = draft;
  const { reading, flow } = useFlow(text);
  const as_written = useProblems(text, reading, catalogue);
  const canvas = useCanvas(flow);
  const [selected, select] = useState<string | null>(null);
  const [open, set_open] = useState<'dry_run' | 'versions' | null>(null);
  const saving = useSaving(text, flow, seen, place.project);
  const judged = saving.saved === null ? judged_as_new(as_written) : as_written;
  const locked = reading.error !== null || !may_save;
  const has_changes = text !== (saving.saved ?? first);
  useLeaveQuestion(has_changes, t('editor.leave'));
  useKeys(draft, () => void (may_save && has_changes && saving.save()));
  const actions = useActions({ draft, flow, canvas, selected, select });
  const lines = judged.problems.map((one) => ({
    line: line_of(text, reading, one),
    words: problem_text(t, one),
  }));
  const state = { may_save, draft, text, reading, flow, ...judged, canvas, selected, select };
  return {
    ...state,
    place,
    catalogue,
    open,
    set_open,
    saving,
    locked,
    has_changes,
    actions,
    lines,
  };
}

type Editing = ReturnType<typeof useEditing>;

function Dialogs({ editing }: { editing: Editing }): ReactNode {
  const { t } = useTranslation();
  const { draft, text, check, flow, open, set_open, saving, lines } = editing;
  const take = (other: string): void => void draft.edit(() => other);
  return (
    <>
      {open === 'dry_run' && (
        <DryRunDialog
          check={check?.check ?? null}
          error={check?.error ?? null}
          flow={flow}
          problems={lines.map((one) => `${t('editor.line', { line: one.line })} ${one.words}`)}
          on_close={() => set_open(null)}
        />
      )}
      {open === 'versions' && (
        <VersionsDialog
          dag_id={flow.dag_id}
          text={text}
          on_take={(other) => {
            take(other);
            set_open(null);
          }}
          on_close={() => set_open(null)}
        />
      )}
      {saving.asks && <TriggerDialog dag_id={flow.dag_id} on_close={saving.close_asking} />}
      {saving.conflict && (
        <ConflictDialog
          theirs={saving.conflict}
          mine={text}
          on_keep={saving.keep_mine}
          on_take={() => take(saving.take_theirs())}
          on_close={saving.close_conflict}
        />
      )}
    </>
  );
}

function Workspace({ editing }: { editing: Editing }): ReactNode {
  const narrow = useNarrow();
  const { catalogue, flow, problems, selected, select, locked, actions, canvas } = editing;
  const shared = { flow, problems, selected, on_select: select };
  return (
    <div className="editor">
      <OperatorPalette
        operators={catalogue.operators}
        disabled={locked}
        on_add={(operator) => actions.add(operator, null)}
        on_group={() => actions.new_group(null)}
      />
      {narrow ? (
        <TaskList {...shared} />
      ) : (
        <Canvas
          {...shared}
          spots={canvas.spots}
          layouts={canvas.layouts}
          catalogue={catalogue}
          locked={locked}
          on_drop={(name, spot) => {
            const operator = catalogue.operators.find((one) => one.name === name);
            if (operator) actions.add(operator, spot);
          }}
          on_move={canvas.move}
          on_move_all={canvas.move_all}
          on_group={actions.move}
          on_new_group={actions.new_group}
          on_connect={actions.connect}
          on_disconnect={actions.disconnect}
          on_delete={actions.remove}
          on_arrange={canvas.arrange}
        />
      )}
      <Form {...shared} catalogue={catalogue} locked={locked} actions={actions} />
      <YamlPane
        text={editing.text}
        problems={editing.lines}
        lit={lit_lines(editing.text, editing.reading, selected)}
        state={editing.state}
        read_only={!editing.may_save}
        on_change={(next) => editing.draft.edit(() => next, 'yaml')}
        on_line={(line) => {
          const at = problems.find((_one, index) => editing.lines[index]?.line === line)?.path;
          const task = flow.tasks.find((one) => at?.[0] === 'tasks' && one.at === at[1]);
          if (task) select(task.key);
        }}
      />
    </div>
  );
}

export function Editor(props: EditorProps): ReactNode {
  const { t } = useTranslation();
  const editing = useEditing(props);
  const { draft, saving, reading, flow } = editing;
  return (
    <Page
      title={flow.dag_id || t('editor.new_dag')}
      parent={{ label: t('nav.workflows'), to: paths.dags }}
      fill
      actions={
        <EditorTools
          draft={draft}
          saving={saving}
          place={editing.place}
          has_changes={editing.has_changes}
          may_save={editing.may_save}
          is_bad={editing.state === 'bad'}
          on_open={editing.set_open}
        />
      }
    >
      <Notes saving={saving} draft={draft} reading={reading} />
      <Workspace editing={editing} />
      <Dialogs editing={editing} />
    </Page>
  );
}

interface NotesProps {
  saving: ReturnType<typeof useSaving>;
  draft: Draft;
  reading: FlowReading;
}

function Notes({ saving, draft, reading }: NotesProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {saving.error && <ErrorNote error={saving.error} what={t('editor.save_failed')} />}
      {draft.refused && (
        <p className="editor-note" role="alert">
          {t('editor.refused')} <span className="faint">{draft.refused}</span>
        </p>
      )}
      {reading.error && (
        <p className="editor-note" role="alert">
          {t('editor.last_good', { line: reading.error.line })}
        </p>
      )}
    </>
  );
}
