// A site whose server starts the flow, and the emulator as Monerium.
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import {
  createConnectHandler,
  createConnections,
  createMemoryStore,
  type ConnectedDetails,
  type ConnectHandlerOptions,
  type ExchangeError,
  type RequestHandler,
  type ServerEvent,
} from '../../src/server/index.js';
import { Visitor } from './visitor.js';

export const CLIENT_ID = '7d3f6f0a-54a4-4b4f-9a8e-2f0f1f0f7a11';
export const SHOP = 'https://shop.example';
export const BASE = `${SHOP}/monerium`;
export const SECRET = 'a secret of the shop, 32 bytes or more';
export const FLOW = /^__Host-monerium-flow-/;

export interface ConnectSite {
  readonly emulator: Emulator;
  /** The details that `onConnected` received. */
  readonly connected: ConnectedDetails[];
  readonly failures: ExchangeError[];
  readonly events: ServerEvent[];
  readonly handle: RequestHandler;
  /** A handler with the same options, except for these. */
  handlerWith(options: Partial<ConnectHandlerOptions>): RequestHandler;
  visitor(handle?: RequestHandler): Visitor;
  reset(): void;
  close(): Promise<void>;
}

/** @param base address of the handler, as browsers see it */
export async function openConnectSite(base = BASE): Promise<ConnectSite> {
  const redirectUris = [`${base}/callback`];
  const emulator = await startEmulator({
    clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris }],
  });
  emulator.configure({ decision: 'approve' });
  const connected: ConnectedDetails[] = [];
  const failures: ExchangeError[] = [];
  const events: ServerEvent[] = [];
  const store = createMemoryStore();
  const apiUrl = emulator.url;
  const connections = createConnections({ store, apiUrl });
  const isSecure = base.startsWith('https:');
  const name = isSecure ? '__Host-session' : 'session';
  const flags = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const readId = ({ headers }: Request) =>
    /session=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';
  const handlerWith = (options: Partial<ConnectHandlerOptions>) =>
    createConnectHandler({
      clientId: CLIENT_ID,
      baseUrl: base,
      secret: SECRET,
      store,
      apiUrl,
      async onConnected(details) {
        connected.push(details);
        const id = crypto.randomUUID();
        await connections.connect(id, details);
        await connections.disconnect(readId(details.request));
        return { 'set-cookie': `${name}=${id}${flags}` };
      },
      onSession: ({ request }) => connections.find(readId(request)),
      async onDisconnect({ request }) {
        await connections.disconnect(readId(request));
        return { 'set-cookie': `${name}=${flags}; Max-Age=0` };
      },
      onError: (failure) => void failures.push(failure),
      observe: (event) => void events.push(event),
      ...options,
    });
  const handle = handlerWith({});
  return {
    emulator,
    connected,
    failures,
    events,
    handle,
    handlerWith,
    visitor: (own = handle) => new Visitor(SHOP, (request) => own(request)),
    reset() {
      emulator.reset();
      emulator.configure({ decision: 'approve' });
      for (const list of [connected, failures, events]) list.length = 0;
    },
    close: () => emulator.close(),
  };
}
