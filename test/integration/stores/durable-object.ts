// A Durable Object, asked through the Worker of `durable-object.test.ts`.
import type { Store } from '../../../src/server/index.js';

async function ask<T>(...call: unknown[]): Promise<T> {
  // workerd closes a connection that is idle for five seconds. A busy machine may use it just then.
  const headers = { connection: 'close' };
  const init = { method: 'POST', headers, body: JSON.stringify(call) };
  const response = await fetch(process.env.STORE_URL ?? '', init);
  if (!response.ok) throw new Error(`the Worker answered ${response.status}`);
  return ((await response.json()) as { result: T }).result;
}

export const store: Store = {
  read: (id) => ask('read', id),
  replace: (id, version, next) => ask('replace', id, version, next ?? null),
  claim: (key, ttlMs) => ask('claim', key, ttlMs),
};
