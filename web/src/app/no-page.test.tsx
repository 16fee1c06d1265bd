// SPDX-License-Identifier: Apache-2.0
import { render, screen } from '@testing-library/react';
import { beforeAll, expect, it } from 'vitest';
import { PageOf } from '@/app/pages';
import { start_i18n } from '@/i18n';

beforeAll(() => start_i18n());

it('an address without a page leads home', () => {
  window.history.replaceState(null, '', '/no/such/page');
  render(<PageOf />);
  expect(screen.getByText('There is no such page')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Home' }).getAttribute('href')).toBe('/');
});
