import { call, connections } from './call.js';

interface Account {
  iban: string;
  chain: string;
  address: string;
}

/** What a page of yours can show. Without an IBAN, the customer has no account yet. */
export async function readCustomer(id: string) {
  const identity = await connections.find(id);
  if (!identity) return undefined;
  const { profile } = identity;
  const { name } = await call<{ name: string }>(id, `/profiles/${profile}`);
  const { ibans } = await call<{ ibans: Account[] }>(id, `/ibans?profile=${profile}`);
  const [account] = ibans;
  if (!account) return { name };
  const { iban, chain, address } = account;
  const path = `/balances/${chain}/${address}?currency=eur`;
  const { balances } = await call<{ balances: { amount: string }[] }>(id, path);
  return { name, iban, chain, address, balance: balances[0]?.amount ?? '0' };
}
