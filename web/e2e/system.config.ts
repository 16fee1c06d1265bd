// SPDX-License-Identifier: Apache-2.0
// The system page, against a server that tests/e2e/browser/test_system_page.py has started.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig({ ...base, testIgnore: [], testMatch: 'system.spec.ts' });
