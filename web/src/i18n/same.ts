// SPDX-License-Identifier: Apache-2.0

/** The same keys with any texts: what a translation must have. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> };
