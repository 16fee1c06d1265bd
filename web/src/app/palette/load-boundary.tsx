// SPDX-License-Identifier: Apache-2.0
import { Component, type ReactNode } from 'react';
import { ErrorNote } from '@/ui/feedback';

export interface LoadBoundaryProps {
  children: ReactNode;
  on_error: () => void;
}

/** What is opened over a page and does not come must not take the page with it. */
export class LoadBoundary extends Component<LoadBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(): void {
    this.props.on_error();
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="load-error">
        <ErrorNote error={error} on_retry={() => window.location.reload()} />
      </div>
    );
  }
}
