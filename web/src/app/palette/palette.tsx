// SPDX-License-Identifier: Apache-2.0
// Ctrl-K: type a few letters of anything, Enter goes there or does it.
import { Search } from 'lucide-react';
import {
  Fragment,
  type KeyboardEvent,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { GROUPS, type ItemsProps, type PaletteItem, usePaletteItems } from '@/app/palette/items';
import { fuzzy } from '@/models/find/fuzzy';
import { useModal } from '@/ui/use-focus-back';
import '@/app/palette/palette.css';

interface Found {
  item: PaletteItem;
  places: number[];
}

/** Options in the page at once, and of each group before anything is typed. */
const FOUND_MAX = 40;
const FIRST_OF_GROUP = 5;

/** What to offer, group by group, the group with the nearest answer first. */
function search(items: readonly PaletteItem[], query: string): Found[] {
  if (!query.trim()) {
    return GROUPS.flatMap((group) => {
      const all = items.filter((item) => item.group === group);
      return all.slice(0, group === 'pages' ? all.length : FIRST_OF_GROUP);
    }).map((item) => ({ item, places: [] }));
  }
  const hits = items
    .map((item) => ({ item, hit: fuzzy(item.text, query) }))
    .flatMap(({ item, hit }) => (hit ? [{ item, ...hit }] : []))
    .sort((a, b) => b.score - a.score)
    .slice(0, FOUND_MAX);
  const order = [...new Set(hits.map(({ item }) => item.group))];
  return order.flatMap((group) => hits.filter(({ item }) => item.group === group));
}

function Marked({ text, places }: { text: string; places: number[] }): ReactNode {
  const hits = new Set(places);
  return [...text].map((letter, at) =>
    hits.has(at) ? <mark key={at}>{letter}</mark> : <Fragment key={at}>{letter}</Fragment>,
  );
}

interface OptionsProps {
  found: Found[];
  current: number;
  on_pick: (at: number) => void;
}

const option_id = (at: number): string => `palette-option-${at}`;

function Options({ found, current, on_pick }: OptionsProps): ReactNode {
  const { t } = useTranslation();
  const groups = [...new Set(found.map(({ item }) => item.group))];
  return groups.map((group) => (
    <div key={group} role="group" aria-label={t(`palette.${group}`)}>
      <div className="palette-group" aria-hidden>
        {t(`palette.${group}`)}
      </div>
      {found.map(({ item, places }, at) =>
        item.group === group ? (
          <div
            key={item.id}
            id={option_id(at)}
            role="option"
            className="palette-option"
            aria-selected={at === current}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => on_pick(at)}
          >
            <item.icon size={15} aria-hidden />
            <span className="palette-text">
              <Marked text={item.text} places={places} />
            </span>
            {item.hint && <span className="faint">{item.hint}</span>}
          </div>
        ) : null,
      )}
    </div>
  ));
}

const STEP: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

interface HeadProps {
  query: string;
  current: number;
  on_key: (event: KeyboardEvent) => void;
  on_query: (query: string) => void;
}

function Head({ query, current, on_key, on_query }: HeadProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="palette-head">
      <Search size={16} aria-hidden />
      <input
        type="text"
        role="combobox"
        aria-expanded
        aria-controls="palette-options"
        aria-autocomplete="list"
        aria-label={t('palette.title')}
        aria-activedescendant={current >= 0 ? option_id(current) : undefined}
        placeholder={t('palette.hint')}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        value={query}
        onKeyDown={on_key}
        onChange={(event) => on_query(event.target.value)}
      />
    </div>
  );
}

export interface PaletteProps extends ItemsProps {
  on_close: () => void;
  /** What was typed until now, once. */
  take_typed: () => string;
}

export default function Palette({ on_close, take_typed, ...rest }: PaletteProps): ReactNode {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const items = usePaletteItems(rest);
  const [query, set_query] = useState('');
  const [at, set_at] = useState(0);
  const wanted = useDeferredValue(query);
  const found = useMemo(() => search(items, wanted), [items, wanted]);
  const current = Math.min(at, found.length - 1);
  useModal(dialog);
  useLayoutEffect(() => set_query((text) => text + take_typed()), [take_typed]);
  useEffect(() => {
    document.getElementById(option_id(current))?.scrollIntoView({ block: 'nearest' });
  }, [current, found]);
  const pick = (item: PaletteItem | undefined): void => {
    if (!item) return;
    on_close();
    item.run();
  };
  const enter = (): void => {
    // The options in sight may still be those of fewer letters.
    const now = wanted === query ? found : search(items, query);
    pick(now[Math.min(at, now.length - 1)]?.item);
  };
  const on_key = (event: KeyboardEvent): void => {
    const step = STEP[event.key];
    if (event.nativeEvent.isComposing) return;
    if (step !== undefined) set_at(Math.max(0, Math.min(found.length - 1, current + step)));
    else if (event.key === 'Enter') enter();
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog palette"
      aria-label={t('palette.title')}
      onCancel={(event) => {
        event.preventDefault();
        on_close();
      }}
      onMouseDown={(event) => event.target === dialog.current && on_close()}
    >
      <Head
        query={query}
        current={current}
        on_key={on_key}
        on_query={(text) => {
          set_query(text);
          set_at(0);
        }}
      />
      <div
        id="palette-options"
        className="palette-options"
        role="listbox"
        aria-label={t('palette.title')}
      >
        <Options found={found} current={current} on_pick={(which) => pick(found[which]?.item)} />
      </div>
      <p className={found.length > 0 ? 'sr-only' : 'palette-none faint'} role="status">
        {t('palette.found', { count: found.length })}
      </p>
    </dialog>
  );
}
