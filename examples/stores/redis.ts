import { createClient } from 'redis';
import { createValkeyStore } from 'monerium-connect/server/valkey';

export async function openStore(url: string) {
  const client = createClient({ url });
  client.on('error', (error: Error) => console.error(error.message));
  await client.connect();
  const store = createValkeyStore((args) => client.sendCommand(args));
  return { store, close: () => client.close() };
}
