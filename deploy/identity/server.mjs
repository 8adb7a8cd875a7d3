// OpenID provider of the demonstration people, for local runs only. Started by deploy/up; settings are environment
// variables, secrets are files.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { interaction, send } from './page.mjs';
import { readPeople } from './people.mjs';
import { createProvider } from './provider.mjs';

/** @returns the server, not yet listening, and where it should */
export function createIdentity(environment) {
  const issuer = required(environment, 'PARTNERSHIP_IDENTITY');
  const address = new URL(issuer);
  // Whoever reaches this server can be anybody: it must not be reachable from elsewhere.
  if (address.protocol !== 'http:' || address.hostname !== '127.0.0.1' || address.pathname !== '/' || !address.port)
    throw new Error(`refusing to serve ${issuer}: demonstration people sign in on http://127.0.0.1:PORT only`);
  const secret = (name) => readFileSync(required(environment, name), 'utf8').trim();
  const people = readPeople(required(environment, 'PARTNERSHIP_FILE'), issuer, environment);
  const portal = environment.PARTNERSHIP_PORTAL ?? `http://127.0.0.1:${Number(address.port) - 1}`;
  const provider = createProvider({
    issuer, people, portal,
    signingKeyFile: required(environment, 'IDENTITY_SIGNING_KEY_FILE'),
    tokenSecret: secret('IDENTITY_TOKEN_SECRET_FILE'),
    portalSecret: secret('IDENTITY_PORTAL_SECRET_FILE'),
    cookieKey: secret('IDENTITY_COOKIE_KEY_FILE'),
  });
  const protocol = provider.callback();
  const server = createServer((request, response) => {
    // A web page elsewhere must not talk to this server under a name of its own.
    if (request.headers.host !== address.host) return send(response, 421, 'text/plain', 'Wrong host.\n');
    const path = request.url.split('?', 1)[0];
    if (path === '/health/live' || path === '/health/ready') return send(response, 200, 'text/plain', 'Healthy');
    if (!path.startsWith('/interaction/')) return protocol(request, response);
    return interaction(provider, people, portal, request, response).catch((error) => {
      console.error('interaction failed:', error.name);
      if (!response.headersSent) send(response, 500, 'text/plain', 'Something went wrong here.\n');
    });
  });
  return { server, host: '127.0.0.1', port: Number(address.port), people };
}

function required(environment, name) {
  if (!environment[name]) throw new Error(`${name} is not set`);
  return environment[name];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { server, host, port, people } = createIdentity(process.env);
    server.listen(port, host, () => console.log(`identity: ${people.size} people on http://${host}:${port}`));
    server.on('error', (error) => {
      console.error(`identity: ${error.message}`);
      process.exit(1);
    });
    process.on('SIGTERM', () => {
      server.close(() => process.exit(0));
      server.closeAllConnections();
    });
  } catch (error) {
    console.error(`identity: ${error.message}`);
    process.exit(2);
  }
}
