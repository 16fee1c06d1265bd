// SPDX-License-Identifier: Apache-2.0
// Connections that are held only while somebody may look. A browser opens no more than six HTTP/1.1
// connections to a host: streams of pages that it keeps to go back to, or of tabs in the
// background, would leave none for the page that is in use.

/** A tab that is hidden for less than this keeps its connections. */
export const HIDDEN_MS = 10_000;

export interface Connection {
  /** Connects; where it had been is the caller's to know. */
  open: () => void;
  close: () => void;
}

/**
 * Holds a connection while the page is seen, until the returned function is called. It is closed when
 * the page is left, as it may be kept and come back, and when it has been hidden for HIDDEN_MS; it is
 * opened again as soon as the page is seen.
 */
export function while_seen(connection: Connection): () => void {
  let is_open = false;
  let timer = 0;
  const leave = (): void => {
    window.clearTimeout(timer);
    if (is_open) connection.close();
    is_open = false;
  };
  const come = (): void => {
    window.clearTimeout(timer);
    if (!is_open) {
      is_open = true;
      connection.open();
    }
    if (document.visibilityState === 'hidden') timer = window.setTimeout(leave, HIDDEN_MS);
  };
  const turn = (): void => {
    // A page that is hidden already is not opened for its being hidden.
    if (document.visibilityState === 'visible' || is_open) come();
  };
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', come);
  document.addEventListener('visibilitychange', turn);
  come();
  return () => {
    window.removeEventListener('pagehide', leave);
    window.removeEventListener('pageshow', come);
    document.removeEventListener('visibilitychange', turn);
    leave();
  };
}
