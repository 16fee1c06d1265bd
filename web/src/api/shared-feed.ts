// SPDX-License-Identifier: Apache-2.0
// One event stream for all pages of a browser: it opens no more than six HTTP/1.1 connections to a
// host, which as many windows would use up if each had a stream of its own.
import { type Feed, open_feed } from '@/api/feed';

/** What a page says: it wants the stream of an address, or no more of it. */
export type Wish = { join: string } | 'leave';
/** What a page hears. */
export type News = { message: unknown } | 'open' | 'lost';

/** The end of a wire to a page. */
export type Port = Pick<MessagePort, 'postMessage' | 'close'>;

/** The stream that joined pages have in common; open while there is one of them. */
export class SharedFeed {
  private readonly ports = new Set<Port>();
  private feed: Feed | null = null;
  /** What a page that joins now has to hear; null: whether it can be opened is not known yet. */
  private state: 'open' | 'lost' | null = null;

  take(port: Port, wish: Wish): void {
    if (wish === 'leave') this.leave(port);
    else this.join(port, wish.join);
  }

  private join(port: Port, address: string): void {
    this.ports.add(port);
    if (this.state) port.postMessage(this.state satisfies News);
    // Whoever comes does not wait for the next try, which may be that of a session that is over.
    if (this.state === 'lost') this.feed?.close();
    if (this.feed && this.state !== 'lost') return;
    this.feed = open_feed(address, this.feed?.last_id() ?? 0, {
      on_message: (message) => this.tell({ message }),
      on_open: () => this.turn('open'),
      on_lost: () => this.turn('lost'),
    });
  }

  private leave(port: Port): void {
    this.ports.delete(port);
    port.close();
    if (this.ports.size > 0) return;
    // Who joins next reads all that it shows anew, so the next feed begins with what comes then.
    this.feed?.close();
    this.feed = null;
    this.state = null;
  }

  private turn(state: 'open' | 'lost'): void {
    this.state = state;
    this.tell(state);
  }

  private tell(news: News): void {
    for (const port of this.ports) port.postMessage(news);
  }
}
