// SPDX-License-Identifier: Apache-2.0
// The text beside the canvas: coloured, with line numbers, marks at lines that have a problem, and
// the lines of what is selected.
import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { type ReactNode, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { yaml_lines } from '@/models/editor/yaml-tokens';
import '@/features/editor/yaml-pane.css';

export interface LineProblem {
  line: number;
  words: string;
}

export interface YamlPaneProps {
  text: string;
  problems: readonly LineProblem[];
  /** Lines of what is selected, from 1; both inclusive. */
  lit: readonly [from: number, to: number] | null;
  state: 'checking' | 'good' | 'bad' | 'unknown';
  read_only: boolean;
  on_change: (text: string) => void;
  on_line: (line: number) => void;
}

const LINE_PX = 20;

function Lines({
  text,
  problems,
  lit,
}: Pick<YamlPaneProps, 'text' | 'problems' | 'lit'>): ReactNode {
  const lines = useMemo(() => yaml_lines(text), [text]);
  const bad = new Set(problems.map((one) => one.line));
  return lines.map((tokens, at) => {
    const line = at + 1;
    const is_lit = lit !== null && line >= lit[0] && line <= lit[1];
    const classes = ['yaml-line', bad.has(line) && 'yaml-bad', is_lit && 'yaml-lit'];
    return (
      <div key={at} className={classes.filter(Boolean).join(' ')} data-line={line}>
        <span className="yaml-number">{bad.has(line) ? '●' : line}</span>
        <code>
          {tokens.map((token, n) => (
            <span key={n} className={`code-${token.kind}`}>
              {token.text}
            </span>
          ))}
        </code>
      </div>
    );
  });
}

function State({ state, count }: { state: YamlPaneProps['state']; count: number }): ReactNode {
  const { t } = useTranslation();
  if (state === 'checking') {
    return (
      <span className="row faint">
        <LoaderCircle size={14} aria-hidden /> {t('editor.checking')}
      </span>
    );
  }
  if (state === 'unknown') return <span className="faint">{t('editor.unchecked')}</span>;
  return state === 'good' ? (
    <span className="row yaml-good" data-state="good">
      <CircleCheck size={14} aria-hidden /> {t('editor.good')}
    </span>
  ) : (
    <span className="row yaml-wrong" data-state="bad">
      <CircleAlert size={14} aria-hidden /> {t('editor.problems', { count })}
    </span>
  );
}

export function YamlPane(props: YamlPaneProps): ReactNode {
  const { text, problems, lit, state, read_only, on_change, on_line } = props;
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const go_to = (line: number): void => {
    const lines = text.split('\n');
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.current?.focus({ preventScroll: true });
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    if (scroller.current) scroller.current.scrollTop = Math.max(0, (line - 3) * LINE_PX);
    on_line(line);
  };
  return (
    <section className="editor-yaml" aria-label={t('editor.yaml')}>
      <header>
        <h2>{t('editor.yaml')}</h2>
        <div role="status" aria-live="polite">
          <State state={state} count={problems.length} />
        </div>
      </header>
      {problems.length > 0 && (
        <ul className="yaml-problems">
          {problems.slice(0, 50).map((one, at) => (
            <li key={at}>
              <button type="button" onClick={() => go_to(one.line)}>
                <span className="nowrap">{t('editor.line', { line: one.line })}</span> {one.words}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="yaml-scroll" ref={scroller}>
        <div className="yaml-sheet">
          <div className="yaml-lines" aria-hidden>
            <Lines text={text} problems={problems} lit={lit} />
          </div>
          <textarea
            ref={area}
            aria-label={t('editor.yaml_text')}
            value={text}
            readOnly={read_only}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
            onChange={(event) => on_change(event.target.value)}
          />
        </div>
      </div>
    </section>
  );
}
