// SPDX-License-Identifier: Apache-2.0

/** How people know an OpenID provider: by the host of its issuer. */
export function host_of(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}
