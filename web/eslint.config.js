// SPDX-License-Identifier: Apache-2.0
// Besides the usual rules this file holds the layers of the web part:
// api -> models -> queries -> features -> app, with ui and i18n usable from features upwards.
import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const FEATURES = [
  'auth',
  'home',
  'workflows',
  'models',
  'runtime',
  'services',
  'cameras',
  'events',
  'users',
  'audit',
];

/** A rule block: files in `files` may not import what matches `groups`. */
function fence(files, groups, message) {
  return {
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: groups, message }] }] },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'test-results', 'src/api/types.gen.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', 500],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['dev-mock/**', 'eslint.config.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}', 'e2e/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  fence(
    'src/api/**',
    ['@/models/**', '@/queries/*', '@/features/**', '@/ui/**', '@/app/*'],
    'api is the lowest layer',
  ),
  fence(
    'src/models/**',
    ['@/queries/*', '@/features/**', '@/ui/**', '@/app/*', 'react', '@tanstack/*'],
    'models are pure',
  ),
  fence(
    'src/queries/**',
    ['@/features/**', '@/ui/**', '@/app/*'],
    'queries know neither pages nor components',
  ),
  fence(
    'src/ui/**',
    ['@/models/**', '@/queries/*', '@/features/**', '@/app/*'],
    'ui is the design system: it knows no page and no server state',
  ),
  ...FEATURES.map((name) =>
    fence(
      `src/features/${name}/**`,
      ['@/app/*', ...FEATURES.filter((f) => f !== name).map((f) => `@/features/${f}/**`)],
      'a feature never imports another feature',
    ),
  ),
);
