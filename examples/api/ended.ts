import { ConnectionEndedError } from 'monerium-connect/server';
import { connections } from './call.js';

/** Without a result, the customer has to connect again: show the button. */
export async function whileConnected<T>(id: string, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConnectionEndedError)) throw error;
    await connections.disconnect(id);
    return undefined;
  }
}
