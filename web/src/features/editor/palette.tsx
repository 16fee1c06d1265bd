// SPDX-License-Identifier: Apache-2.0
// The operators to draw with: dragged onto the canvas, or added by a click or Enter.
import {
  Box,
  Container,
  Database,
  Group,
  type LucideIcon,
  Radar,
  Search,
  Sparkles,
  Terminal,
} from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorInfo } from '@/api/types.gen';
import { useHint } from '@/features/editor/hints';

export const DRAGGED = 'application/x-aiflow-operator';

const GROUPS = ['basic', 'ai', 'data', 'containers', 'sensors'] as const;
const ICONS: Record<string, LucideIcon> = {
  basic: Terminal,
  ai: Sparkles,
  data: Database,
  containers: Container,
  sensors: Radar,
};

export function OperatorIcon({ group, size = 15 }: { group: string; size?: number }): ReactNode {
  const Icon = ICONS[group] ?? Box;
  return <Icon size={size} aria-hidden />;
}

function found_by(operator: OperatorInfo, hint: string, words: string): boolean {
  const text = `${operator.name} ${operator.group} ${operator.doc} ${hint}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Arrow keys go through the buttons. */
function on_arrows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const all = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('.palette-item')];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const next = all[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function GroupItem(props: { disabled: boolean; on_group: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="palette-item palette-group"
      disabled={props.disabled}
      title={t('editor.group_hint')}
      onClick={props.on_group}
    >
      <Group size={15} aria-hidden />
      <span>{t('editor.group_word')}</span>
    </button>
  );
}

export interface OperatorPaletteProps {
  operators: readonly OperatorInfo[];
  disabled: boolean;
  on_add: (operator: OperatorInfo) => void;
  on_group: () => void;
}

export function OperatorPalette(props: OperatorPaletteProps): ReactNode {
  const { operators, disabled, on_add, on_group } = props;
  const { t } = useTranslation();
  const hint = useHint();
  const [words, set_words] = useState('');
  const shown = useMemo(
    () => operators.filter((one) => found_by(one, hint(one.doc), words.trim())),
    [operators, words, hint],
  );
  return (
    <section className="editor-palette" aria-label={t('editor.palette')} onKeyDown={on_arrows}>
      <div className="search">
        <Search size={14} aria-hidden />
        <input
          className="input"
          type="search"
          value={words}
          aria-label={t('editor.search')}
          placeholder={t('editor.search')}
          onChange={(event) => set_words(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && shown[0] && !disabled) on_add(shown[0]);
          }}
        />
      </div>
      <div className="palette-list">
        {words.trim() === '' && <GroupItem disabled={disabled} on_group={on_group} />}
        {shown.length === 0 && <p className="faint">{t('editor.none_found')}</p>}
        {GROUPS.map((group) => {
          const inside = shown.filter((one) => one.group === group);
          if (inside.length === 0) return null;
          return (
            <div key={group} role="group" aria-label={t(`editor.group.${group}`)}>
              <h3>{t(`editor.group.${group}`)}</h3>
              {inside.map((one) => (
                <button
                  key={one.name}
                  type="button"
                  className="palette-item"
                  data-operator={one.name}
                  title={hint(one.doc)}
                  disabled={disabled}
                  draggable={!disabled}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(DRAGGED, one.name);
                    event.dataTransfer.effectAllowed = 'copy';
                  }}
                  onClick={() => on_add(one)}
                >
                  <OperatorIcon group={one.group} />
                  <span>{one.name.replace(/Operator$/, '')}</span>
                </button>
              ))}
            </div>
          );
        })}
      </div>
    </section>
  );
}
