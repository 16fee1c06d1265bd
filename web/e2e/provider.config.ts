// SPDX-License-Identifier: Apache-2.0
// Signing in by a provider, against servers that tests/e2e/browser/test_provider_sign_in.py has started.
import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig({ ...base, testIgnore: [], testMatch: 'provider.spec.ts' });
