// `oidc-provider` in the place of Monerium: an OpenID-certified authorization server with its own
// checks of codes, PKCE, redirect URIs and refresh tokens. `#adapt` adds what only Monerium has.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider, type InteractionResults, type KoaContextWithOIDC } from 'oidc-provider';

/** Less than the minute that the element requires, so each `getAccessToken()` refreshes it. */
const ACCESS_TOKEN_SECONDS = 45;
const HOUR = 3600;
const INTERACTION = '/interaction/';

/** The client that may request codes. */
export interface PublicClient {
  readonly clientId: string;
  readonly redirectUri: string;
}

/** A request to `/auth` or `/auth/token` as received, with its response. */
interface ProviderRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  /** 0 until there is a response. */
  readonly status: number;
  readonly answer: unknown;
}

export class OidcProvider {
  readonly url: string;
  /** The ids that every customer gets. */
  readonly identity = { profile: randomUUID(), userId: randomUUID() };
  authorizations: ProviderRequest[] = [];
  tokenRequests: ProviderRequest[] = [];

  readonly #server: Server;
  readonly #provider: Provider;

  constructor(server: Server, client: PublicClient) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#provider = createProvider(this.url, client);
    this.#provider.use((ctx: KoaContextWithOIDC, next) => this.#adapt(ctx, next));
    this.#provider.use((ctx: KoaContextWithOIDC, next) => this.#interact(ctx, next));
    server.on('request', this.#provider.callback());
  }

  reset(): void {
    this.authorizations = [];
    this.tokenRequests = [];
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Adds what Monerium returns without a request for it: scopes, refresh tokens, and the ids. */
  async #adapt(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
    const isToken = ctx.path === '/auth/token' && ctx.method === 'POST';
    const log = isToken ? this.tokenRequests : this.authorizations;
    if (!isToken && ctx.path !== '/auth') {
      await next();
      return;
    }
    const at = log.push({ fields: { ...ctx.query }, status: 0, answer: undefined }) - 1;
    if (!isToken) ctx.query = { ...ctx.query, scope: 'openid offline_access', prompt: 'consent' };
    await next();
    const { status } = ctx;
    if (isToken && status === 200) ctx.body = { ...(ctx.body as object), ...this.identity };
    const fields = isToken ? { ...ctx.oidc.body } : log[at]!.fields;
    log[at] = { fields, status, answer: ctx.body };
  }

  /** The two pages between `/auth` and the redirect URI. */
  async #interact(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
    if (!ctx.path.startsWith(INTERACTION)) {
      await next();
      return;
    }
    const { prompt } = await this.#provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = pageFor(prompt.name);
      return;
    }
    const decision = new URLSearchParams(await text(ctx.req)).get('decision');
    const result: InteractionResults =
      decision === 'refuse' ? { error: 'access_denied' } : await this.#approve(ctx);
    const options = { mergeWithLastSubmission: !result.error };
    ctx.status = 303;
    ctx.redirect(await this.#provider.interactionResult(ctx.req, ctx.res, result, options));
  }

  async #approve({ req, res }: KoaContextWithOIDC): Promise<InteractionResults> {
    const { prompt, params } = await this.#provider.interactionDetails(req, res);
    const accountId = this.identity.userId;
    if (prompt.name === 'login') return { login: { accountId } };
    const grant = new this.#provider.Grant({ accountId, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    return { consent: { grantId: await grant.save() } };
  }
}

function createProvider(url: string, { clientId, redirectUri }: PublicClient): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { origin } = new URL(redirectUri);
  return new Provider(url, {
    clients: [
      {
        client_id: clientId,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    routes: { authorization: '/auth', token: '/auth/token' },
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, asking) => asking === origin,
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      Grant: HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: HOUR,
      Session: HOUR,
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => INTERACTION + uid },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
  });
}

/** Has the same form fields as the emulator's portal, so that `walkPortal()` can use it. */
function pageFor(prompt: string): string {
  const fields =
    prompt === 'login'
      ? '<input name="email" type="email"><button id="continue">Log in</button>'
      : `<button id="approve" name="decision" value="approve">Approve</button>
         <button id="refuse" name="decision" value="refuse">Refuse</button>`;
  return `<!doctype html><title>${prompt}</title>
    <body data-step="${prompt}"><form method="post">${fields}</form>`;
}

/** Starts the provider on a port of this machine, for one client. */
export async function startOidcProvider(client: PublicClient): Promise<OidcProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new OidcProvider(server, client);
}
