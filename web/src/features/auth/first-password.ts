// SPDX-License-Identifier: Apache-2.0
// The one-time password just typed, so that its change need not ask for it again. Kept in memory
// only, and only until the change is done or the page is loaded anew.
let held = '';

export function remember_password(password: string): void {
  held = password;
}

export function remembered_password(): string {
  return held;
}

export function forget_password(): void {
  held = '';
}
