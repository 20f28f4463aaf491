import { createClient } from 'redis';
import type { Seal } from 'monerium-connect/server';
import { createValkeyStore } from 'monerium-connect/server/valkey';

export async function openStore(url: string, seal?: Seal) {
  const client = createClient({ url });
  client.on('error', (error: Error) => console.error(error.message));
  await client.connect();
  const store = createValkeyStore((args) => client.sendCommand(args), seal);
  return { store, close: () => client.close() };
}
