import { createConnections, createMemoryStore } from 'monerium-connect/server';

const apiUrl = process.env.MONERIUM_API_URL ?? 'https://api.monerium.dev'; // the sandbox

/** The same object as in `onConnected` of your backend. */
export const connections = createConnections({ store: createMemoryStore(), apiUrl });

/** Sends a request to Monerium for the customer of a session. A `body` makes it a `POST`. */
export async function call<T>(id: string, path: string, body?: object): Promise<T> {
  const send = (token: string) =>
    fetch(apiUrl + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.monerium.api-v2+json',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(15_000),
    });
  const token = await connections.getAccessToken(id);
  let response = await send(token);
  if (response.status === 401) {
    response = await send(await connections.getAccessToken(id, { refused: token }));
  }
  if (!response.ok) throw new Error(`${path}: Monerium responded with ${response.status}`);
  return (await response.json()) as T;
}
