// SPDX-License-Identifier: Apache-2.0
// One row of the Gantt chart, and its axis.
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import { clock_text, duration_text } from '@/i18n/format';
import { type Bar, type GanttRow, axis_marks } from '@/models/views/gantt';
import { instance_name } from '@/models/instances';
import { set_query } from '@/ui/router';
import { StateIcon, state_style } from '@/ui/state-badge';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';

export interface AxisScale {
  label_width: number;
  /** Pixels of the whole time. */
  width: number;
  /** Milliseconds: where the axis begins, and how long it is. */
  from: number;
  length: number;
}

const BAR_MIN = 3;
const ICON_ROOM = 20;
const MARK_ROOM = 70;

export function GanttAxis({ scale }: { scale: AxisScale }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  return (
    <div className="gantt-axis">
      <span className="gantt-corner" style={{ width: scale.label_width }}>
        {t('gantt.task')}
      </span>
      <div className="gantt-marks" style={{ width: scale.width }}>
        {axis_marks(scale.length, scale.width, MARK_ROOM).map((mark) => (
          <span
            key={mark}
            style={{ left: (mark / scale.length) * scale.width }}
            title={clock_text(new Date(scale.from + mark).toISOString(), locale, zone)}
          >
            {mark === 0 ? '0' : `+${duration_text(mark / 1000, locale)}`}
          </span>
        ))}
      </div>
    </div>
  );
}

function BarMark({
  bar,
  is_last,
  scale,
}: {
  bar: Bar;
  is_last: boolean;
  scale: AxisScale;
}): ReactNode {
  const left = ((bar.from - scale.from) / scale.length) * scale.width;
  const width = Math.max(BAR_MIN, ((bar.to - bar.from) / scale.length) * scale.width);
  const is_old = bar.kind === 'run' && !is_last;
  return (
    <i
      className={`gantt-bar gantt-${bar.kind} ${is_old ? 'gantt-old' : ''} ${bar.is_open ? 'gantt-open' : ''}`}
      style={{ ...state_style(bar.state), left: Math.min(left, scale.width - BAR_MIN), width }}
      data-state={bar.state}
      data-kind={bar.kind}
    >
      {bar.kind === 'run' && width >= ICON_ROOM && <StateIcon state={bar.state} size={12} />}
    </i>
  );
}

/** "Failed · waited 3s · try 1 ran 4s · try 2 ran 12s". */
function useRowText(): (row: GanttRow) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (row) => {
    const parts = row.bars.map((bar) => {
      const time = duration_text((bar.to - bar.from) / 1000, locale);
      if (bar.kind === 'wait') return t('gantt.waited_for', { time });
      const ran = t('gantt.ran_for', { time });
      const is_many = row.bars.filter((one) => one.kind === 'run').length > 1;
      return is_many ? `${t('gantt.try', { number: bar.try_number })} ${ran}` : ran;
    });
    const critical = row.is_critical ? [t('gantt.critical')] : [];
    return [t(`state.${row.state}`), ...parts, ...critical].join(' · ');
  };
}

export interface GanttLineProps {
  row: GanttRow;
  /** Its place among the rows. */
  at: number;
  top: number;
  scale: AxisScale;
  is_picked: boolean;
  is_unfolded: boolean;
  focusable: boolean;
  on_unfold: (task_id: string) => void;
}

export const GanttLine = memo(function GanttLine(props: GanttLineProps): ReactNode {
  const { row, at, top, scale, is_picked, is_unfolded, focusable, on_unfold } = props;
  const { t } = useTranslation();
  const text = useRowText()(row);
  const is_below = row.map_index >= 0;
  const last_run = row.bars.map((bar) => bar.kind).lastIndexOf('run');
  const open = (): void =>
    set_query({ task: row.task_id, map: row.map_index < 0 ? null : String(row.map_index) });
  const Fold = is_unfolded ? ChevronDown : ChevronRight;
  return (
    <div
      className={`gantt-row ${is_picked ? 'gantt-picked' : ''} ${row.is_critical ? 'gantt-critical' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      data-row={at}
      data-task={row.key}
    >
      <span
        className={`gantt-label ${is_below ? 'gantt-below' : ''}`}
        style={{ ...state_style(row.state), width: scale.label_width }}
      >
        {row.instances !== null && (
          <button
            type="button"
            className="gantt-fold"
            tabIndex={-1}
            aria-expanded={is_unfolded}
            aria-label={t(is_unfolded ? 'gantt.fold' : 'gantt.unfold', { task: row.label })}
            onClick={() => on_unfold(row.task_id)}
          >
            <Fold size={13} aria-hidden />
          </button>
        )}
        <span className="gantt-state">
          <StateIcon state={row.state} size={12} />
        </span>
        <button
          type="button"
          className="gantt-name"
          tabIndex={focusable ? 0 : -1}
          title={`${instance_name(row.task_id, row.map_index)} · ${text}`}
          aria-label={`${instance_name(row.task_id, row.map_index)}: ${text}`}
          onClick={open}
        >
          {row.label}
          {row.instances !== null && <span className="faint"> [{row.instances}]</span>}
        </button>
        {row.is_critical && (
          <span className="gantt-critical-mark" aria-hidden>
            ◆
          </span>
        )}
      </span>
      <div className="gantt-track" style={{ width: scale.width }} title={text} onClick={open}>
        {row.bars.map((bar, n) => (
          <BarMark key={n} bar={bar} is_last={n >= last_run} scale={scale} />
        ))}
      </div>
    </div>
  );
});
