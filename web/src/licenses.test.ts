// SPDX-License-Identifier: Apache-2.0
// What is bundled is named with its licence, and none of them asks for more than its text.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
}

const PERMISSIVE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'EPL-2.0'];

it('lists each package of the dashboard', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const bundled = Object.entries(lock.packages)
    .filter(([path, one]) => path && !one.dev && !one.devOptional && !one.optional)
    .map(([path, one]) => [path.replace(/.*node_modules\//, ''), one] as const);
  const lines = [...new Set(bundled.map(([name, { license }]) => `- ${name}: ${license}`))];
  const listed = readFileSync('LICENSES.md', 'utf8').split('\n');
  expect(listed.filter((line) => line.startsWith('- '))).toEqual(lines.sort());
  for (const [name, { license }] of bundled) {
    const choices = license?.split(' OR ') ?? [];
    expect(
      choices.some((one) => PERMISSIVE.includes(one)),
      name,
    ).toBe(true);
  }
});
