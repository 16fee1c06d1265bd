// SPDX-License-Identifier: Apache-2.0
import '@/ui/base.css';
import '@/ui/table.css';
import '@/ui/form.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/app';
import { start_i18n } from '@/i18n';
import { make_query_client } from '@/queries/client';
import { apply_theme, follow_system_theme, install_tokens, stored_theme } from '@/ui/theme';

install_tokens();
apply_theme(stored_theme());
follow_system_theme();
start_i18n();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={make_query_client()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
