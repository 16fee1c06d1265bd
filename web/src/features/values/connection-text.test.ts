// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { connection_text, host_and_port } from '@/features/values/connection-text';

test('a connection is sent without what is empty, and with its password as typed', () => {
  const form = new FormData();
  form.set('conn_type', ' postgres ');
  form.set('host', 'db.site');
  form.set('login', '');
  form.set('password', ' p@ss ');
  form.set('port', '5432');
  expect(JSON.parse(connection_text(form))).toEqual({
    conn_type: 'postgres',
    host: 'db.site',
    password: ' p@ss ',
    port: 5432,
  });
});

test('the port is told from the host', () => {
  expect(host_and_port('db.site:5432')).toEqual({ host: 'db.site', port: '5432' });
  expect(host_and_port('db.site')).toEqual({ host: 'db.site', port: '' });
  expect(host_and_port('')).toEqual({ host: '', port: '' });
});
