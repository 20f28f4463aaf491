import { createMemoryStore } from 'monerium-connect/server';

/** For one process. What it keeps ends with the process. */
export async function openStore(_url: string) {
  return { store: createMemoryStore(), close: async () => undefined };
}
