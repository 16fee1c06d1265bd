// SPDX-License-Identifier: Apache-2.0
// The views of a DAG, against a server that tests/e2e/test_views.py has prepared.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig({
  ...base,
  testIgnore: [],
  testMatch: ['views.spec.ts', 'task.spec.ts'],
});
