import { Hono } from 'hono';
import { apiError } from './api-error.js';
import type { ApiEnvironment } from './bearer.js';
import { hasWallet, type Customer } from './customers.js';
import { isIban } from './iban.js';
import { isRecord, readJson, text } from './json-body.js';
import type { Order } from './order.js';
import { verifyWallet, WalletError, type Wallet } from './wallet.js';

/** What is wrong with a field of an order. */
class OrderError extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** The text that the customer signs for an order. */
const MESSAGE =
  /^Send EUR (?<amount>\S+) to (?<receiver>.+) at (?<date>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))$/;

export function orderRoutes(): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.get('/', (c) => c.json({ orders: c.var.customer.orders }));
  routes.get('/:id', (c) => {
    const order = c.var.customer.orders.find(({ id }) => id === c.req.param('id'));
    return order ? c.json(order) : apiError(404, 'The order is not known');
  });
  routes.post('/', async (c) => {
    const body = await readJson(c.req);
    try {
      const order = await readOrder(c.var.customer, body);
      c.var.customer.orders.push(order);
      return c.json(order);
    } catch (error) {
      if (!(error instanceof OrderError || error instanceof WalletError)) throw error;
      return apiError(400, error.message, { [error.field]: error.message });
    }
  });
  return routes;
}

async function readOrder(customer: Customer, body: Record<string, unknown>): Promise<Order> {
  const amount = readAmount(body.amount);
  if (body.currency !== 'eur') throw new OrderError('currency', 'The currency must be eur');
  const { counterpart, iban } = readCounterpart(body.counterpart);
  const message = text(body.message);
  checkMessage(message, amount, iban);
  return {
    id: crypto.randomUUID(),
    profile: customer.profile,
    ...(await findSigningWallet(customer, body, message)),
    kind: 'redeem',
    amount,
    currency: 'eur',
    counterpart,
    memo: text(body.memo),
    state: 'placed',
    meta: { placedAt: new Date().toISOString() },
  };
}

function readAmount(value: unknown): string {
  const amount = text(value);
  if (/^\d{1,12}(\.\d{1,2})?$/.test(amount) && Number(amount) > 0) return amount;
  throw new OrderError('amount', 'The amount must be euros and at most two digits of cents');
}

function readCounterpart(value: unknown): { counterpart: Record<string, unknown>; iban: string } {
  if (!isRecord(value) || !isRecord(value.identifier) || !isRecord(value.details)) {
    throw new OrderError('counterpart', 'The counterpart needs an identifier and details');
  }
  const iban = text(value.identifier.iban).replaceAll(/\s/g, '');
  if (value.identifier.standard !== 'iban' || !isIban(iban)) {
    throw new OrderError('counterpart', 'The counterpart must have a valid IBAN');
  }
  return { counterpart: value, iban };
}

/** The customer signs the message, so it must contain the order's amount and receiver. */
function checkMessage(message: string, amount: string, iban: string): void {
  const signed = MESSAGE.exec(message)?.groups;
  if (!signed || Number.isNaN(Date.parse(signed.date ?? ''))) {
    throw new OrderError('message', 'The form is: Send EUR 1.00 to <iban> at <RFC 3339 date>');
  }
  const receiver = signed.receiver?.replaceAll(/\s/g, '');
  // Wallets have little room for text: the first and last four characters of the IBAN will do.
  const shortened = `${iban.slice(0, 4)}...${iban.slice(-4)}`;
  if (signed.amount !== amount || (receiver !== iban && receiver !== shortened)) {
    throw new OrderError('message', 'The message differs from the order');
  }
}

/** The wallet that signed the message. It must be linked to the customer. */
async function findSigningWallet(
  customer: Customer,
  body: Record<string, unknown>,
  message: string,
): Promise<Wallet> {
  const claim = { address: text(body.address), chain: text(body.chain) };
  const wallet = await verifyWallet({ ...claim, signature: text(body.signature) }, message);
  if (hasWallet(customer, wallet)) return wallet;
  throw new OrderError('address', 'The address is not linked to this customer on this chain');
}
