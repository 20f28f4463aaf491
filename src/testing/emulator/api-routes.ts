import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { apiError } from './api-error.js';
import { requireApiVersion } from './api-version.js';
import { requireBearer, type ApiEnvironment } from './bearer.js';
import { hasWallet, linkWallet, type Customer } from './customers.js';
import { faultResponse } from './fault-response.js';
import { readJson, text } from './json-body.js';
import { orderRoutes } from './order-routes.js';
import { randomIban } from './iban.js';
import {
  OWNERSHIP_SENTENCE,
  readWallet,
  sandboxChain,
  verifyWallet,
  WalletError,
  type Wallet,
} from './wallet.js';
import type { Store } from './store.js';

const PATHS = ['profiles', 'addresses', 'balances', 'ibans', 'orders'];
const CURRENCIES = ['eur', 'gbp', 'isk', 'usd'];

/** The part of the API that needs an access token. */
export function apiRoutes(store: Store): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.use('/auth/context', contextFault(store));
  for (const path of ['/auth/context', ...PATHS.map((name) => `/${name}/*`)]) {
    routes.use(path, requireBearer(store), requireApiVersion);
  }
  routes.get('/auth/context', (c) => c.json(contextOf(c.var.customer)));
  routes.route('/profiles', profileRoutes());
  routes.route('/addresses', addressRoutes());
  routes.get('/ibans', (c) => c.json({ ibans: ibansOf(c.var.customer, c.req.query()) }));
  routes.get('/balances/:chain/:address', (c) =>
    balanceOf(c.var.customer, c.req.param(), c.req.queries('currency')),
  );
  routes.post('/ibans', async (c) => requestIban(c.var.customer, await readJson(c.req)));
  routes.route('/orders', orderRoutes());
  return routes;
}

/** Comes before the token is checked: a broken service does not check one. */
const contextFault = (store: Store) =>
  createMiddleware<ApiEnvironment>(async (c, next) => {
    const { switches } = store;
    if (switches.context === 'none') return next();
    return faultResponse(switches.context, switches, c.env);
  });

function contextOf({ userId, email, name, profile, authMethod }: Customer) {
  return {
    userId,
    email,
    name,
    roles: [],
    auth: { method: authMethod, subject: email, verified: true },
    defaultProfile: profile,
    profiles: [{ id: profile, kind: 'personal', name, perms: ['read', 'write'] }],
  };
}

/** A customer whose token is used has been identified. */
function profileOf({ profile, name }: Customer) {
  return { id: profile, name, kind: 'personal', state: 'approved' };
}

function profileRoutes(): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.get('/', (c) => {
    const profile = profileOf(c.var.customer);
    const { state = profile.state, kind = profile.kind } = c.req.query();
    const isWanted = state === profile.state && kind === profile.kind;
    return c.json({ profiles: isWanted ? [profile] : [] });
  });
  routes.get('/:id', (c) => {
    const { customer } = c.var;
    // The same response for another customer's profile: whether it exists is not disclosed.
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
  const selected = wallets.filter((wallet) => !chain || wallet.chain === chain);
  const chainsOf = new Map<string, string[]>();
  for (const wallet of selected) {
    chainsOf.set(wallet.address, [...(chainsOf.get(wallet.address) ?? []), wallet.chain]);
  }
  return [...chainsOf].map(([address, chains]) => ({ profile, address, chains }));
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

/** There is no blockchain here, so nobody has ever paid anything in. */
function balanceOf(customer: Customer, claim: Wallet, currencies = ['eur']): Response {
  try {
    const wallet = readWallet(claim);
    if (!hasWallet(customer, wallet)) return apiError(404, 'The address is not known');
    if (!currencies.every((currency) => CURRENCIES.includes(currency))) {
      return apiError(400, 'The currency is not supported', { currency: CURRENCIES.join(', ') });
    }
    const balances = currencies.map((currency) => ({ currency, amount: '0' }));
    return Response.json({ ...wallet, balances });
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    return apiError(400, error.message, { [error.field]: error.message });
  }
}

function linkLater(customer: Customer, wallet: Wallet): Response {
  setTimeout(() => linkWallet(customer, wallet));
  const { address } = wallet;
  return Response.json({ profile: customer.profile, address, state: 'requested' }, { status: 202 });
}

/** The IBAN is there at once. */
function requestIban(customer: Customer, body: Record<string, unknown>): Response {
  try {
    const wallet = readWallet({ address: text(body.address), chain: text(body.chain) });
    if (!hasWallet(customer, wallet)) return apiError(400, 'The address is not linked');
    const iban = { iban: randomIban(), ...wallet };
    customer.ibans.push(iban);
    return Response.json(
      { ...iban, profile: customer.profile, state: 'requested' },
      { status: 202 },
    );
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    return apiError(400, error.message, { [error.field]: error.message });
  }
}

async function linkAddress(customer: Customer, body: Record<string, unknown>): Promise<Response> {
  const { profile = customer.profile, message = OWNERSHIP_SENTENCE } = body;
  if (profile !== customer.profile) return apiError(403, 'The profile belongs to somebody else');
  if (message !== OWNERSHIP_SENTENCE) {
    return apiError(400, 'The message is not right', { message: OWNERSHIP_SENTENCE });
  }
  try {
    const claim = { address: text(body.address), chain: text(body.chain) };
    // Signed on chain: Monerium looks there for up to five days.
    if (body.signature === '0x') return linkLater(customer, readWallet(claim));
    const wallet = await verifyWallet({ ...claim, signature: text(body.signature) });
    linkWallet(customer, wallet);
    const meta = { linkedBy: customer.userId, linkedAt: new Date().toISOString() };
    const linked = { profile, address: wallet.address, state: 'linked', meta };
    return Response.json(linked, { status: 201 });
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    return apiError(400, error.message, { [error.field]: error.message });
  }
}
