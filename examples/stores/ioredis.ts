import { Redis } from 'ioredis';
import type { Seal } from 'monerium-connect/server';
import { createValkeyStore } from 'monerium-connect/server/valkey';

export function openStore(url: string, seal?: Seal) {
  // A command that was sent twice would find its own claim, and refuse the customer.
  const client = new Redis(url, { autoResendUnfulfilledCommands: false });
  client.on('error', (error: Error) => console.error(error.message));
  const store = createValkeyStore(([name = '', ...args]) => client.call(name, ...args), seal);
  return { store, close: () => client.quit() };
}
