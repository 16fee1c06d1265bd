// SPDX-License-Identifier: Apache-2.0
// Against a running server, in the system's own Chromium (nothing is downloaded). See README.md.
import { defineConfig } from '@playwright/test';

/** What a finished demo is looked at with; other specs are named by who has prepared a server for them. */
const OF_THE_DEMO = ['dashboard', 'gallery', 'log', 'pages', 'palette', 'workflows'];
const chosen = process.env.AIFLOW_E2E_SPECS?.split(',') ?? OF_THE_DEMO;

export default defineConfig({
  testDir: '.',
  testMatch: chosen.map((name) => `${name}.spec.ts`),
  // A folder of its own: a run empties its folder first, and two may go on at once.
  outputDir: `../test-results/${chosen.join('+')}`,
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.AIFLOW_E2E_URL ?? 'http://127.0.0.1:8080',
    viewport: { width: 1360, height: 860 },
    locale: 'en-US',
    actionTimeout: 20_000,
    // A trace keeps each step's page, at a price for every test; to be asked for when one fails.
    trace: process.env.AIFLOW_E2E_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.AIFLOW_E2E_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
