import { Redis } from 'ioredis';
import { createValkeyStore } from 'monerium-connect/server/valkey';

export function openStore(url: string) {
  // A command that was sent twice would find its own claim, and refuse the customer.
  const client = new Redis(url, { autoResendUnfulfilledCommands: false });
  client.on('error', (error: Error) => console.error(error.message));
  const store = createValkeyStore(([name = '', ...args]) => client.call(name, ...args));
  return { store, close: () => client.quit() };
}
