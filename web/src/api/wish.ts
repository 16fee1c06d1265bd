// SPDX-License-Identifier: Apache-2.0
// Keys of wishes. A person whose line was cut presses the button again: the same wish has the same
// key, so that the server does it once; another wish, or the same one after it was done, has a new one.

/** 128 random bits. crypto.randomUUID is not there on a page that came without TLS. */
export function new_wish(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Wish {
  private asked = '';
  private key = '';

  /** The key under which this body is asked for. */
  key_of(body: unknown): string {
    const text = JSON.stringify(body);
    if (text !== this.asked || !this.key) this.key = new_wish();
    this.asked = text;
    return this.key;
  }

  /** It was done: the next one is another wish, even if it asks for the same. */
  done(): void {
    this.key = '';
  }
}
