import { Currency, parseChain, PaymentStandard } from '@monerium/sdk';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal, type Customers, type Monerium } from './customers.js';
import type { AppEnvironment } from './limits.js';
import type { Session, Sessions } from './sessions.js';

type LinkAddress = Parameters<Monerium['linkAddress']>[0];
type App = Hono<AppEnvironment>;

export interface OrderParts {
  readonly customers: Customers;
  readonly sessions: Sessions;
  /** What each of the posts goes through first. */
  readonly guards: readonly MiddlewareHandler<AppEnvironment>[];
}

const MAX_BYTES = 8192;
/** Longer than any signature that a wallet makes for a text. */
const MAX_TEXT = 4096;

/** For a customer who is connected and has a wallet: it is linked, and orders are sent from it. */
export function orderRoutes({ customers, sessions, guards }: OrderParts): App {
  const routes: App = new Hono();
  const tooLarge = (c: Context) => c.json({ error: 'invalid_request' }, 413);
  routes.use(...guards, bodyLimit({ maxSize: MAX_BYTES, onError: tooLarge }));

  /** Answers a page of the site with what Monerium has returned for its customer. */
  const answer = async (
    c: Context<AppEnvironment>,
    use: (monerium: Monerium, session: Session, body: Body) => Promise<object>,
  ) => {
    const session = await sessions.find(c.req.raw.headers);
    const body = new Body(await c.req.json<unknown>().catch(() => undefined));
    const found =
      session && (await customers.ask(session.id, (monerium) => use(monerium, session, body)));
    return found ? c.json(found) : c.json({ error: 'login_required' }, 401);
  };

  routes.post('/wallet', (c) => answer(c, linkWallet));
  routes.post('/orders', (c) => answer(c, placeOrder));
  return routes;
}

/**
 * The wallet of a post.
 *
 * @throws {Refusal} also for a chain that Monerium does not have
 */
function readWallet(body: Body): LinkAddress & { message: string } {
  const { chain, ...wallet } = body.read('address', 'chain', 'message', 'signature');
  try {
    return { ...wallet, chain: parseChain(chain) };
  } catch {
    throw new Refusal('the chain is not supported');
  }
}

/** The texts of a post. */
class Body {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    this.#fields = Object(body) as Record<string, unknown>;
  }

  /** @throws {Refusal} */
  read<Name extends string>(...names: Name[]): Record<Name, string> {
    const fields = names.map((name) => [name, this.#fields[name]] as const);
    const isText = (value: unknown) => typeof value === 'string' && value.length <= MAX_TEXT;
    if (!fields.every(([, value]) => isText(value))) throw new Refusal('a field is missing');
    return Object.fromEntries(fields) as Record<Name, string>;
  }
}

/**
 * Links the wallet that `proveWallet()` of the element has proved, and requests an IBAN for it.
 * A signature of `0x` is one that a contract makes on chain: Monerium looks for it later, so there
 * is no IBAN yet.
 */
async function linkWallet(monerium: Monerium, { profile }: Session, body: Body) {
  const proof = readWallet(body);
  const { address, state } = await monerium.linkAddress({ ...proof, profile });
  if (state !== 'linked') return { address, state };
  const { chain } = proof;
  await monerium.requestIban({ address, chain, emailNotifications: false });
  const { ibans } = await monerium.getIbans({ profile, chain });
  const own = ibans.filter((iban) => iban.address.toLowerCase() === address.toLowerCase());
  return { address, state, iban: own.at(-1)?.iban };
}

/** Sends euros from the customer's wallet to an IBAN. The wallet has signed the message. */
async function placeOrder(monerium: Monerium, _session: Session, body: Body) {
  const { amount, iban } = body.read('amount', 'iban');
  const order = readWallet(body);
  const placed = await monerium.placeOrder({
    ...order,
    amount,
    currency: Currency.eur,
    counterpart: {
      identifier: { standard: PaymentStandard.iban, iban },
      details: { firstName: 'Test', lastName: 'Customer', country: 'EE' },
    },
    memo: 'Order of the demo',
  });
  return 'id' in placed ? { id: placed.id, state: placed.state } : { state: placed.statusText };
}
