import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { apiError } from './api-error.js';
import type { ApiEnvironment } from './bearer.js';
import { hasWallet, type Customer } from './customers.js';
import { isIban } from './iban.js';
import { isRecord, readJson, text } from './json-body.js';
import { provenWallet, WalletProblem, type Wallet } from './wallets.js';

/** Euros on their way from a wallet to a bank account. */
export interface Order extends Wallet {
  id: string;
  profile: string;
  kind: 'redeem';
  amount: string;
  currency: 'eur';
  counterpart: Record<string, unknown>;
  memo: string;
  state: 'placed';
  meta: { placedAt: string };
}

class OrderProblem extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

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
    } catch (problem) {
      if (!(problem instanceof OrderProblem || problem instanceof WalletProblem)) throw problem;
      return apiError(400, problem.message, { [problem.field]: problem.message });
    }
  });
  return routes;
}

async function readOrder(customer: Customer, body: Record<string, unknown>): Promise<Order> {
  const amount = readAmount(body.amount);
  if (body.currency !== 'eur') throw new OrderProblem('currency', 'The currency must be eur');
  const { counterpart, iban } = readCounterpart(body.counterpart);
  const message = text(body.message);
  checkMessage(message, amount, iban);
  return {
    id: randomUUID(),
    profile: customer.profile,
    ...(await signingWallet(customer, body, message)),
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
  throw new OrderProblem('amount', 'The amount must be euros and at most two digits of cents');
}

function readCounterpart(value: unknown): { counterpart: Record<string, unknown>; iban: string } {
  if (!isRecord(value) || !isRecord(value.identifier) || !isRecord(value.details)) {
    throw new OrderProblem('counterpart', 'The counterpart needs an identifier and details');
  }
  const iban = text(value.identifier.iban).replaceAll(/\s/g, '');
  if (value.identifier.standard !== 'iban' || !isIban(iban)) {
    throw new OrderProblem('counterpart', 'The counterpart must have a valid IBAN');
  }
  return { counterpart: value, iban };
}

/** The customer signs the message, so it must say what the order says. */
function checkMessage(message: string, amount: string, iban: string): void {
  const said = MESSAGE.exec(message)?.groups;
  if (!said || Number.isNaN(Date.parse(said.date ?? ''))) {
    throw new OrderProblem('message', 'The form is: Send EUR 1.00 to <iban> at <RFC 3339 date>');
  }
  const receiver = said.receiver?.replaceAll(/\s/g, '');
  // Wallets show little text, so the IBAN may be shortened to its ends.
  const shortened = `${iban.slice(0, 4)}...${iban.slice(-4)}`;
  if (said.amount !== amount || (receiver !== iban && receiver !== shortened)) {
    throw new OrderProblem('message', 'The message differs from the order');
  }
}

async function signingWallet(
  customer: Customer,
  body: Record<string, unknown>,
  message: string,
): Promise<Wallet> {
  const claim = { address: text(body.address), chain: text(body.chain) };
  const wallet = await provenWallet({ ...claim, signature: text(body.signature) }, message);
  if (hasWallet(customer, wallet)) return wallet;
  throw new OrderProblem('address', 'The address is not linked to this customer on this chain');
}
