// SPDX-License-Identifier: Apache-2.0
// The build makes plain hashed files and no inline script, since the server's content security
// policy allows scripts from its own address only.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin, PreviewServer, ViteDevServer } from 'vite';
import { defineConfig } from 'vitest/config';

const target = process.env.AIFLOW_URL ?? 'http://127.0.0.1:8080';
const is_mock = process.env.AIFLOW_MOCK === '1';

/** As the server sends it, so that a page that breaks it is seen here first. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'";

async function attach_mock(server: ViteDevServer | PreviewServer): Promise<void> {
  // Node loads this file itself (no bundling), so its path is kept out of vite's sight.
  const path = new URL('./dev-mock/server.mjs', import.meta.url).href;
  const mock = (await import(/* @vite-ignore */ path)) as {
    attach_mock: (server: unknown) => void;
  };
  mock.attach_mock(server);
}

/** Answers the API from dev-mock/ in the development and preview servers; never part of a build. */
function mock_server(): Plugin {
  return {
    name: 'aiflow-dev-mock',
    configureServer: attach_mock,
    configurePreviewServer: attach_mock,
  };
}

export default defineConfig({
  plugins: [react(), ...(is_mock ? [mock_server()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // elkjs' worker is one 1.5 MB file that only the graph tab loads.
    chunkSizeWarningLimit: 1600,
  },
  server: {
    host: '127.0.0.1',
    proxy: is_mock
      ? {}
      : {
          '/api': { target, ws: true },
          '/auth': { target },
          '/v2': { target },
        },
  },
  preview: { headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    // Ends what hangs; how long a test takes on a busy machine is not what is asked.
    testTimeout: 30_000,
  },
});
