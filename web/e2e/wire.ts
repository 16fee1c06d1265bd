// SPDX-License-Identifier: Apache-2.0
import { type Server, type Socket, connect, createServer } from 'node:net';

/** A wire between browser and server that can be cut; to - the server. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private is_cut = false;
  readonly server: Server = createServer((near) => {
    if (this.is_cut) return void near.destroy();
    const far = connect(Number(this.to.port), this.to.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  });

  constructor(private readonly to: URL) {}
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const at = this.server.address();
    return `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`;
  }
  cut(): void {
    this.is_cut = true;
    for (const socket of this.sockets) socket.destroy();
  }
  mend(): void {
    this.is_cut = false;
  }
  close(): void {
    this.cut();
    this.server.close();
  }
}
