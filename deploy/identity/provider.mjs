// How the demonstration's OpenID provider is set up. The protocol itself is the certified library oidc-provider.
import { createPrivateKey, createPublicKey, createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider, { errors } from 'oidc-provider';

/** The resource whose access tokens are for the gateway. */
export const RESOURCE = 'urn:partnership:api';

/** Audience of those tokens. */
export const AUDIENCE = 'partnership';

/** Extension grant of deploy/token: an access token for a named demonstration person in one request. */
export const PERSON_GRANT = 'urn:partnership:demonstration-person';

const HOUR = 3600;
const WITH_SECOND_FACTOR = ['pwd', 'otp'];

/**
 * @param {{issuer: string, people: Map, signingKeyFile: string, tokenSecret: string, portalSecret: string,
 *          portal: string, cookieKey: string}} settings
 */
export function createProvider(settings) {
  const { issuer, people } = settings;
  const provider = new Provider(issuer, {
    jwks: { keys: [signingKey(settings.signingKeyFile)] },
    cookies: { keys: [settings.cookieKey] },
    clients: [
      {
        client_id: 'deploy-token',
        client_secret: settings.tokenSecret,
        grant_types: [PERSON_GRANT],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'portal',
        client_secret: settings.portalSecret,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [`${settings.portal}/signin-oidc`],
        post_logout_redirect_uris: [`${settings.portal}/signout-callback-oidc`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    responseTypes: ['code'],
    scopes: ['openid', 'profile'],
    claims: { openid: ['sub'], profile: ['name'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    pkce: { methods: ['S256'], required: () => true },
    ttl: { AccessToken: HOUR, IdToken: HOUR, AuthorizationCode: 60, Interaction: HOUR, Session: 8 * HOUR, Grant: 8 * HOUR },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo(_, identifier) {
          if (identifier !== RESOURCE) throw new errors.InvalidTarget();
          return {
            scope: AUDIENCE,
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: HOUR,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, subject) => {
      const person = people.get(subject);
      return person && { accountId: subject, claims: () => ({ sub: subject, name: person.name }) };
    },
    // The portal is the partnership's own: nobody is asked whether it may see who they are.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile');
      grant.addResourceScope(RESOURCE, AUDIENCE);
      await grant.save();
      return grant;
    },
    // How they signed in (for what asks for a second factor), and in which session (for the ledger).
    extraTokenClaims(ctx, token) {
      const code = ctx.oidc.entities.AuthorizationCode;
      return { amr: code?.amr ?? token.extra?.amr, sid: code?.sessionUid ?? token.extra?.sid };
    },
    renderError(ctx, out) {
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  });
  registerPersonGrant(provider, people);
  return provider;
}

/** `person` is a subject of the people's list; `otp=no` leaves the second factor out of the token. */
function registerPersonGrant(provider, people) {
  provider.registerGrantType(PERSON_GRANT, async (ctx, next) => {
    const { client, params } = ctx.oidc;
    if (!people.has(params.person)) throw new errors.InvalidGrant('no such person');
    const amr = params.otp === 'no' ? ['pwd'] : WITH_SECOND_FACTOR;
    const resourceServer = new provider.ResourceServer(RESOURCE, {
      scope: AUDIENCE, audience: AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: HOUR, jwt: { sign: { alg: 'ES256' } },
    });
    const token = new provider.AccessToken({
      accountId: params.person, client, gty: PERSON_GRANT, resourceServer, scope: AUDIENCE,
      extra: { amr, sid: randomUUID() },
    });
    ctx.oidc.entity('AccessToken', token);
    const value = await token.save();
    ctx.body = { access_token: value, expires_in: token.expiration, token_type: token.tokenType, scope: token.scope };
    await next();
  }, ['person', 'otp']);
}

/** A PEM file with a P-256 private key as JWK, named by its RFC 7638 thumbprint. */
function signingKey(file) {
  const jwk = createPrivateKey(readFileSync(file)).export({ format: 'jwk' });
  if (jwk.crv !== 'P-256') throw new Error(`${file} is not a P-256 key`);
  const { crv, kty, x, y } = createPublicKey(readFileSync(file)).export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { ...jwk, kid, alg: 'ES256', use: 'sig' };
}

/** What a person who signed in by the page has shown: a demonstration, so a second factor is taken as given. */
export const SIGNED_IN = WITH_SECOND_FACTOR;
