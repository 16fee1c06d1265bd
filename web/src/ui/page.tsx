// SPDX-License-Identifier: Apache-2.0
// The frame of a page: title line with its actions, a row of facts, content.
import type { ReactNode } from 'react';
import { Fragment, useEffect } from 'react';
import { Link } from '@/ui/router';
import '@/ui/page.css';

export interface PageProps {
  title: string;
  /** Where the title's first part leads. */
  parent?: { label: string; to: string };
  badge?: ReactNode;
  actions?: ReactNode;
  facts?: Fact[];
  /** Fills the height (graphs, grids) instead of scrolling as a whole. */
  fill?: boolean;
  children: ReactNode;
}

export interface Fact {
  label: string;
  value: ReactNode;
}

export function Facts({ facts }: { facts: Fact[] }): ReactNode {
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div key={fact.label}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One thing after the other with commas between; a dash when there is none. */
export function Listed({ items }: { items: ReactNode[] }): ReactNode {
  if (items.length === 0) return '–';
  return items.map((item, at) => (
    <Fragment key={at}>
      {at > 0 && ', '}
      {item}
    </Fragment>
  ));
}

export type FactRow = [label: ReactNode, value: ReactNode];

/** Facts one below the other, labels in one column. */
export function FactTable({ rows }: { rows: FactRow[] }): ReactNode {
  return (
    <dl className="fact-table">
      {rows.map(([label, value], at) => (
        <div key={at}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Page(props: PageProps): ReactNode {
  const { title, parent, badge, actions, facts, fill = false, children } = props;
  useEffect(() => {
    document.title = `${title} · AIflow`;
  }, [title]);
  return (
    <div className={fill ? 'page page-fill' : 'page'}>
      <header className="page-head">
        <h1>
          {parent && (
            <>
              <Link to={parent.to} className="page-parent">
                {parent.label}
              </Link>
              <span className="page-slash">/</span>
            </>
          )}
          {title}
        </h1>
        {badge}
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {facts && facts.length > 0 && <Facts facts={facts} />}
      {children}
    </div>
  );
}

export interface PanelProps {
  title?: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** Content touches the edges (tables). */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Panel(props: PanelProps): ReactNode {
  const { title, note, actions, flush = false, className = '', children } = props;
  return (
    <section className={`panel ${flush ? 'panel-flush' : ''} ${className}`}>
      {title && (
        <header className="panel-head">
          <h2>{title}</h2>
          {note && <span className="panel-note">{note}</span>}
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
