import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { apiError } from './api-error.js';
import { requireBearer, type ApiEnvironment } from './bearer.js';
import { linkWallet, type Customer } from './customers.js';
import { faultAnswer } from './faults.js';
import { readJson, text } from './json-body.js';
import { orderRoutes } from './orders.js';
import { OWNERSHIP_SENTENCE, provenWallet, sandboxChain, WalletProblem } from './wallets.js';
import type { World } from './world.js';

/** The part of the API that a token opens. */
export function apiRoutes(world: World): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.use('/auth/context', contextFault(world));
  for (const path of ['/auth/context', '/profiles/*', '/addresses/*', '/ibans/*', '/orders/*']) {
    routes.use(path, requireBearer(world));
  }
  routes.get('/auth/context', (c) => c.json(contextOf(c.var.customer)));
  routes.route('/profiles', profileRoutes());
  routes.route('/addresses', addressRoutes());
  routes.get('/ibans', (c) => c.json({ ibans: ibansOf(c.var.customer, c.req.query()) }));
  routes.route('/orders', orderRoutes());
  return routes;
}

/** In front of the bearer check: a broken service does not get as far as that. */
const contextFault = (world: World) =>
  createMiddleware<ApiEnvironment>(async (c, next) => {
    const { switches } = world;
    if (switches.context === 'none') return next();
    return faultAnswer(switches.context, switches, c.env);
  });

function contextOf({ userId, email, name, profile }: Customer) {
  return {
    userId,
    email,
    name,
    roles: [],
    auth: { method: 'password', subject: email, verified: true },
    defaultProfile: profile,
    profiles: [{ id: profile, kind: 'personal', name, perms: ['read', 'write'] }],
  };
}

function profileOf({ profile, name, identified }: Customer) {
  return { id: profile, name, kind: 'personal', state: identified ? 'approved' : 'created' };
}

function profileRoutes(): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.get('/', (c) => {
    const own = profileOf(c.var.customer);
    const { state = own.state, kind = own.kind } = c.req.query();
    const matches = state === own.state && kind === own.kind;
    return c.json({ profiles: matches ? [own] : [] });
  });
  routes.get('/:id', (c) => {
    const { customer } = c.var;
    // Somebody else's profile and one that never was look the same.
    if (c.req.param('id') !== customer.profile) return apiError(404, 'The profile is not known');
    return c.json(profileOf(customer));
  });
  return routes;
}

function addressRoutes(): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.get('/', (c) => c.json({ addresses: addressesOf(c.var.customer, c.req.query()) }));
  routes.get('/:address', (c) => {
    const wanted = c.req.param('address').toLowerCase();
    const found = addressesOf(c.var.customer, {}).find(
      ({ address }) => address.toLowerCase() === wanted,
    );
    return found ? c.json(found) : apiError(404, 'The address is not known');
  });
  routes.post('/', async (c) => linkAddress(c.var.customer, await readJson(c.req)));
  return routes;
}

type Filter = Record<string, string>;

function addressesOf({ profile, wallets }: Customer, filter: Filter) {
  if ((filter.profile ?? profile) !== profile) return [];
  const chain = filter.chain && (sandboxChain(filter.chain) ?? filter.chain);
  const chosen = wallets.filter((wallet) => !chain || wallet.chain === chain);
  const chains = new Map<string, string[]>();
  for (const wallet of chosen) {
    chains.set(wallet.address, [...(chains.get(wallet.address) ?? []), wallet.chain]);
  }
  return [...chains].map(([address, names]) => ({ profile, address, chains: names }));
}

function ibansOf({ profile, ibans }: Customer, filter: Filter) {
  if ((filter.profile ?? profile) !== profile) return [];
  const chain = filter.chain && (sandboxChain(filter.chain) ?? filter.chain);
  return ibans
    .filter((iban) => !chain || iban.chain === chain)
    .map((iban) => ({
      ...iban,
      bic: 'EMULEE2X',
      profile,
      state: 'approved',
      emailNotifications: false,
    }));
}

async function linkAddress(customer: Customer, body: Record<string, unknown>): Promise<Response> {
  const { profile = customer.profile, message = OWNERSHIP_SENTENCE } = body;
  if (profile !== customer.profile) return apiError(403, 'The profile belongs to somebody else');
  if (message !== OWNERSHIP_SENTENCE) {
    return apiError(400, 'The message is not right', { message: OWNERSHIP_SENTENCE });
  }
  try {
    const claim = { address: text(body.address), chain: text(body.chain) };
    const wallet = await provenWallet({ ...claim, signature: text(body.signature) });
    linkWallet(customer, wallet);
    const meta = { linkedBy: customer.userId, linkedAt: new Date().toISOString() };
    const linked = { profile, address: wallet.address, state: 'linked', meta };
    return Response.json(linked, { status: 201 });
  } catch (problem) {
    if (!(problem instanceof WalletProblem)) throw problem;
    return apiError(400, problem.message, { [problem.field]: problem.message });
  }
}
