// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import {
  type OpenApi,
  address_of,
  can_try,
  curl_of,
  example_of,
  fits,
  limits_of,
  operations_by_tag,
} from '@/models/api/openapi';

const api = JSON.parse(readFileSync('../api/openapi.json', 'utf8')) as OpenApi;
const all = operations_by_tag(api).flatMap(([, operations]) => operations);
const named = (name: string): (typeof all)[number] => {
  const found = all.find((one) => one.what.operationId === name);
  if (!found) throw new Error(name);
  return found;
};

describe('the description of the API', () => {
  it('is shown whole: each operation once', () => {
    const written = Object.values(api.paths).flatMap((methods) => Object.values(methods));
    expect(all.length).toBe(written.length);
    expect(all.length).toBeGreaterThan(100);
  });
  it('lets try what reads and ends', () => {
    expect(can_try(named('list_dags'))).toBe(true);
    expect(can_try(named('stream'))).toBe(false);
    expect(can_try(named('get_blob'))).toBe(false);
    expect(can_try(named('trigger_dag_run'))).toBe(false);
  });
  it('fills addresses in, escaped', () => {
    const runs = named('list_dag_runs');
    expect(address_of(runs, { dag_id: "a/b'", limit: '5', nosuch: '1' })).toBe(
      "/api/v2/dags/a%2Fb'/dagRuns?limit=5",
    );
    expect(address_of(runs, {})).toBe('/api/v2/dags/{dag_id}/dagRuns');
    expect(curl_of(runs, 'http://h', "/a'b")).toBe(
      `curl -H "Authorization: Bearer $TOKEN" 'http://h/a%27b'`,
    );
    expect(curl_of(named('create_pool'), 'http://h', '/p')).toContain('-X POST');
  });
  it('shows bodies, and the limits of parameters', () => {
    const body = named('create_pool').what.requestBody?.content?.['application/json']?.schema;
    expect(example_of(api, body)).toMatchObject({ name: 'string', slots: 'integer' });
    const limit = named('list_dag_runs').parameters.find((one) => one.name === 'limit');
    expect(limits_of(limit?.schema ?? {})).toBe('integer 1–1000 = 100');
  });
  it('is searched by words', () => {
    expect(fits(named('list_dags'), 'get dags')).toBe(true);
    expect(fits(named('list_dags'), 'post dags')).toBe(false);
  });
});
