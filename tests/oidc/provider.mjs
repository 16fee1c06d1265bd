// SPDX-License-Identifier: Apache-2.0
// A real OpenID provider for tests: oidc-provider (MIT, certified by the OpenID Foundation), installed
// into the folder that is given. node provider.mjs FOLDER REDIRECT_URL SIGN_OUT_URL
//
// Prints its issuer. Whoever signs in with any password is a person of that name; PEOPLE tells groups.
import { randomUUID, webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createServer } from 'node:http';

globalThis.crypto ??= webcrypto; // before Node 20

const [folder, redirect, signed_out] = process.argv.slice(2);
const load = createRequire(`${folder}/package.json`);
const { default: Provider } = await import(pathToFileURL(load.resolve('oidc-provider')).href);

const PEOPLE = { ann: ['staff', 'flow-admins'], bob: ['staff'], eve: [] };

const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'aiflow',
      client_secret: process.env.OIDC_TEST_SECRET,
      redirect_uris: [redirect],
      post_logout_redirect_uris: [signed_out],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  cookies: { keys: [randomUUID()] },
  claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
  conformIdTokenClaims: false, // claims of scopes in the ID token, as Keycloak and dex do it
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: `id-of-${id}`, preferred_username: id, groups: PEOPLE[id] ?? [] }),
  }),
});
server.on('request', provider.callback());
console.log(issuer);
