// SPDX-License-Identifier: Apache-2.0

/** Whether a key goes into a field that takes text, so that it is no shortcut. */
export function is_typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (!target?.matches) return false;
  return target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox])');
}
