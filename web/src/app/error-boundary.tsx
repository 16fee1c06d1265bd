// SPDX-License-Identifier: Apache-2.0
import { Component, type ReactNode } from 'react';
import { ErrorNote } from '@/ui/feedback';

interface State {
  error: Error | null;
  /** The address the error happened at: another page is another try. */
  at: string;
}

/** A page that fails to draw must not take the frame with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null, at: '' };

  static getDerivedStateFromError(error: unknown): State {
    const known = error instanceof Error ? error : new Error(String(error));
    return { error: known, at: window.location.pathname };
  }

  override componentDidUpdate(): void {
    if (this.state.error && this.state.at !== window.location.pathname) {
      this.setState({ error: null, at: '' });
    }
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="page">
        <ErrorNote error={error} on_retry={() => this.setState({ error: null, at: '' })} />
      </div>
    );
  }
}
