import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createIdentity } from '../server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'partnership-identity-'));
const PARTNERSHIP = `
issuers:
  - issuer: \${PARTNERSHIP_IDENTITY:-http://127.0.0.1:8082}
    agencies: [PCC, CON]
people:
  - { id: p-1, subject: coordinator, name: "A <b>", hats: [{ agency: PCC, team: CS, role: marac-coordinator }] }
  - { id: p-2, subject: elsewhere, name: B, hats: [{ agency: CKH, role: marac-representative }] }
`;
let environment;
let base;
let identity;

before(async () => {
  const file = (name, content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(folder, 'signing.pem')]);
  base = `http://127.0.0.1:${await freePort()}`;
  environment = {
    PARTNERSHIP_IDENTITY: base,
    PARTNERSHIP_PORTAL: 'http://127.0.0.1:1',
    PARTNERSHIP_FILE: file('partnership.yaml', PARTNERSHIP),
    IDENTITY_SIGNING_KEY_FILE: join(folder, 'signing.pem'),
    IDENTITY_TOKEN_SECRET_FILE: file('token', 'token-secret'),
    IDENTITY_PORTAL_SECRET_FILE: file('portal', 'portal-secret'),
    IDENTITY_COOKIE_KEY_FILE: file('cookie', 'cookie-key'),
  };
  identity = createIdentity(environment);
  await new Promise((resolve) => { identity.server.listen(identity.port, identity.host, resolve); });
});

after(() => {
  identity.server.close();
  identity.server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('a person gets a signed access token for the gateway, for an hour, in one request', async () => {
  const answer = await tokenFor({ person: 'coordinator' });
  assert.equal(answer.status, 200);
  const claims = await verified((await answer.json()).access_token);
  assert.equal(claims.iss, base);
  assert.equal(claims.aud, 'partnership');
  assert.equal(claims.sub, 'coordinator');
  assert.equal(claims.exp - claims.iat, 3600);
  assert.deepEqual(claims.amr, ['pwd', 'otp']);
  assert.ok(claims.sid);
});

test('the second factor can be left out', async () => {
  const answer = await tokenFor({ person: 'coordinator', otp: 'no' });
  assert.deepEqual((await verified((await answer.json()).access_token)).amr, ['pwd']);
});

test('nobody is made up on request', async () => {
  const answer = await tokenFor({ person: 'nobody' });
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error, 'invalid_grant');
});

test('people of an agency that is not bound to this issuer are not asserted', async () => {
  assert.equal((await tokenFor({ person: 'elsewhere' })).status, 400);
});

test('a wrong client secret gets no token', async () => {
  assert.equal((await tokenFor({ person: 'coordinator' }, 'guess')).status, 401);
});

test('another audience is refused', async () => {
  const code = await authorize({ resource: 'urn:elsewhere' });
  assert.match(code.location ?? '', /error=invalid_target/);
});

test('the portal signs a person in with the code flow and PKCE', async () => {
  const verifier = randomBytes(32).toString('base64url');
  const { location, cookies } = await signIn(verifier, 'coordinator');
  const code = new URL(location).searchParams.get('code');
  assert.ok(code, location);
  const answer = await redeem(code, verifier);
  const tokens = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(tokens));
  const claims = await verified(tokens.access_token);
  assert.equal(claims.aud, 'partnership');
  assert.equal(claims.sub, 'coordinator');
  assert.deepEqual(claims.amr, ['pwd', 'otp']);
  assert.ok(tokens.id_token);
  assert.ok(cookies);
});

test('a code without its verifier is worth nothing', async () => {
  const { location } = await signIn(randomBytes(32).toString('base64url'), 'coordinator');
  const answer = await redeem(new URL(location).searchParams.get('code'), randomBytes(32).toString('base64url'));
  assert.equal(answer.status, 400);
});

test('the code flow without PKCE is refused', async () => {
  const { location } = await authorize({ code_challenge: undefined, code_challenge_method: undefined });
  assert.match(location, /error=invalid_request/);
});

test('names on the page are escaped', async () => {
  const { page } = await openPage(randomBytes(32).toString('base64url'));
  assert.match(page, /A &#60;b&#62;/);
  assert.doesNotMatch(page, /A <b>/);
});

test('another host name is turned away', async () => {
  const status = await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: identity.port, path: '/health/ready', headers: { host: 'evil.example' } },
      (response) => { response.resume(); resolve(response.statusCode); }).on('error', reject);
  });
  assert.equal(status, 421);
});

for (const address of ['http://0.0.0.0:8082', 'http://192.0.2.1:8082', 'https://127.0.0.1:8082', 'http://localhost:8082'])
  test(`refuses to serve ${address}`, () => {
    assert.throws(() => createIdentity({ ...environment, PARTNERSHIP_IDENTITY: address }), /refusing/);
  });

test('an issuer that the partnership does not bind is refused', () => {
  assert.throws(() => createIdentity({ ...environment, PARTNERSHIP_FILE: join(folder, 'other.yaml') }));
  writeFileSync(join(folder, 'other.yaml'), 'issuers: []\npeople: []\n');
  assert.throws(() => createIdentity({ ...environment, PARTNERSHIP_FILE: join(folder, 'other.yaml') }), /binds no agency/);
});

function tokenFor(parameters, secret = 'token-secret') {
  return fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`deploy-token:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'urn:partnership:demonstration-person', ...parameters }),
  });
}

async function authorize(changes, verifier = randomBytes(32).toString('base64url'), cookies = '') {
  const query = {
    client_id: 'portal', response_type: 'code', redirect_uri: 'http://127.0.0.1:1/signin-oidc', scope: 'openid profile partnership',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', state: 's', nonce: 'n',
    ...changes,
  };
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  const answer = await fetch(`${base}/auth?${search}`, { redirect: 'manual', headers: { cookie: cookies } });
  return { location: answer.headers.get('location'), cookies: jar(answer), body: await answer.text() };
}

async function openPage(verifier) {
  const { location, cookies, body } = await authorize({}, verifier);
  assert.match(location ?? '', /^\/interaction\//, body);
  const answer = await fetch(base + location, { headers: { cookie: cookies } });
  return { location, cookies, page: await answer.text() };
}

async function signIn(verifier, person) {
  const { location, cookies } = await openPage(verifier);
  const chosen = await fetch(base + location, {
    method: 'POST', redirect: 'manual', headers: { cookie: cookies }, body: new URLSearchParams({ person }),
  });
  const resumed = await fetch(new URL(chosen.headers.get('location'), base), { redirect: 'manual', headers: { cookie: cookies } });
  return { location: resumed.headers.get('location'), cookies: jar(resumed) };
}

function redeem(code, verifier) {
  return fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('portal:portal-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: 'http://127.0.0.1:1/signin-oidc' }),
  });
}

const jar = (answer) => answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]).join('; ');

/** Claims of a token whose signature the published keys confirm. */
async function verified(token) {
  const metadata = await (await fetch(`${base}/.well-known/openid-configuration`)).json();
  const { keys } = await (await fetch(metadata.jwks_uri)).json();
  const [header, payload, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.equal(alg, 'ES256');
  const key = createPublicKey({ key: keys.find((candidate) => candidate.kid === kid), format: 'jwk' });
  assert.ok(verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
  return JSON.parse(Buffer.from(payload, 'base64url'));
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
