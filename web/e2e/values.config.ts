// SPDX-License-Identifier: Apache-2.0
// Variables and connections, against a server that tests/e2e/browser/test_values_page.py has started.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig({ ...base, testIgnore: [], testMatch: 'values.spec.ts' });
