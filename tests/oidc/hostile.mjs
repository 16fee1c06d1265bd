// SPDX-License-Identifier: Apache-2.0
// A provider that does what tests tell it to, good or bad. node hostile.mjs [PORT]
//
// Prints its issuer. It signs everybody in at once. POST /tell takes what to do from then on, as JSON:
// {claims: changes of the ID token's, header: changes of its header, sign: how it is signed (good, none,
// public, stranger, cut), rotate: true for a new key, description: changes of what it says of itself,
// answer: {status, body} of the token's address, silent: true to answer nothing there}. GET /told gives
// what the client has sent last.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

let told = {};
let seen = {};
let number = 0;
let key = new_key();
const codes = new Map();

function new_key() {
  number += 1;
  return { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), kid: `k${number}` };
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const public_jwk = () => ({
  ...key.publicKey.export({ format: 'jwk' }),
  kid: key.kid,
  use: 'sig',
  alg: 'ES256',
});

function id_token(nonce) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'ES256', kid: key.kid, typ: 'JWT', ...told.header };
  const claims = {
    iss: issuer,
    sub: 'person-1',
    aud: 'aiflow',
    iat: now,
    exp: now + 300,
    nonce,
    preferred_username: 'ann',
    groups: ['flow-admins'],
    ...told.claims,
  };
  if (told.relative) for (const [name, by] of Object.entries(told.relative)) claims[name] = now + by;
  if (told.sign === 'none') header.alg = 'none';
  if (told.sign === 'public') header.alg = 'HS256';
  const text = `${encoded(header)}.${encoded(claims)}`;
  if (told.sign === 'none') return `${text}.`;
  if (told.sign === 'public') {
    const secret = key.publicKey.export({ format: 'pem', type: 'spki' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }
  const by = told.sign === 'stranger' ? new_key() : key;
  const made = sign('sha256', Buffer.from(text), { key: by.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${told.sign === 'cut' ? made.toString('base64url').slice(0, -4) : made.toString('base64url')}`;
}

const ROUTES = {
  '/.well-known/openid-configuration': () => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/out`,
    ...told.description,
  }),
  '/keys': () => ({ keys: [public_jwk()] }),
  '/told': () => seen,
};

function read(request) {
  return new Promise((done) => {
    let text = '';
    request.on('data', (piece) => (text += piece));
    request.on('end', () => done(text));
  });
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  const json = (value, status = 200) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (url.pathname === '/tell') {
    told = JSON.parse(await read(request));
    if (told.rotate) key = new_key();
    return json({});
  }
  if (url.pathname === '/auth') {
    const code = `code-${codes.size}-canary-code`;
    codes.set(code, url.searchParams.get('nonce'));
    seen = { ...seen, auth: Object.fromEntries(url.searchParams) };
    const back = new URL(url.searchParams.get('redirect_uri'));
    back.search = new URLSearchParams({ code, state: url.searchParams.get('state'), ...told.back });
    response.writeHead(302, { Location: back.href });
    return response.end();
  }
  if (url.pathname === '/token') {
    const form = Object.fromEntries(new URLSearchParams(await read(request)));
    seen = { ...seen, token: form, authorization: request.headers.authorization };
    if (told.silent) return undefined;
    if (told.answer) return json(told.answer.body, told.answer.status);
    if (!codes.has(form.code)) return json({ error: 'invalid_grant' }, 400);
    const nonce = codes.get(form.code);
    codes.delete(form.code);
    return json({ access_token: 'x', token_type: 'Bearer', id_token: id_token(nonce) });
  }
  const route = ROUTES[url.pathname];
  return route ? json(route()) : json({}, 404);
}

const server = createServer((request, response) => void answer(request, response));
await new Promise((done) => server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);
