import { Redis } from 'iovalkey';
import { createValkeyStore } from 'monerium-connect/server/valkey';

export function openStore(url: string) {
  const client = new Redis(url);
  client.on('error', (error: Error) => console.error(error.message));
  const store = createValkeyStore(([name = '', ...args]) => client.call(name, ...args));
  return { store, close: () => client.quit() };
}
