// One process of a site whose server starts the flow, for the tests with several, and for a bench.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSessions } from '../../examples/sessions.js';
import { openStore } from '../../examples/stores/pg.js';
import { createConnectHandler, createConnections } from '../../src/server/index.js';
import { toNodeListener } from '../../src/server/node.js';

export interface FlowProcess {
  /** `bare`: the same statuses and headers, without any work. */
  readonly kind: 'handler' | 'bare';
  /** Of the store that all processes share. */
  readonly url: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly baseUrl: string;
  readonly secret: string;
}

const { kind, url, apiUrl, ...options } = JSON.parse(process.argv[2] ?? '') as FlowProcess;

async function openHandler() {
  const { store } = await Promise.resolve(openStore(url));
  const sessions = createSessions(createConnections({ store, apiUrl }));
  return createConnectHandler({ ...options, store, apiUrl, ...sessions });
}

const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
const answerAtOnce = () =>
  Promise.resolve(
    new Response(null, {
      status: 303,
      headers: { ...headers, location: `${options.baseUrl}/`, 'set-cookie': 'a=b; Path=/' },
    }),
  );

const handle = kind === 'bare' ? answerAtOnce : await openHandler();
const server = createServer(toNodeListener(handle));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
