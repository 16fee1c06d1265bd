// SPDX-License-Identifier: Apache-2.0

const FIELDS = ['conn_type', 'host', 'login', 'password', 'schema'] as const;

/** A form's fields as the server takes a connection: a JSON object, without what is empty. */
export function connection_text(form: FormData): string {
  const object: Record<string, string | number> = {};
  for (const field of FIELDS) {
    const text = String(form.get(field) ?? '');
    if (text !== '') object[field] = field === 'password' ? text : text.trim();
  }
  const port = String(form.get('port') ?? '');
  if (port !== '') object.port = Number(port);
  const extra = String(form.get('extra') ?? '').trim();
  if (extra !== '') object.extra = extra;
  return JSON.stringify(object);
}

/** "db.site:5432" -> host and port, as the list shows them. */
export function host_and_port(shown: string): { host: string; port: string } {
  const found = /^(.*):(\d+)$/.exec(shown);
  return found ? { host: found[1] ?? '', port: found[2] ?? '' } : { host: shown, port: '' };
}
