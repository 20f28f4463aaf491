/** `monerium-connect demo`: a shop, its backend and an emulator of Monerium, in one process. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { toNodeListener } from '../server/node.js';
import { DEMO_CLIENT_ID, startEmulator } from '../testing/emulator/emulator.js';
import {
  exitWith,
  readNumber,
  StartFailure,
  toListenFailure,
  withUsage,
} from '../testing/start-failure.js';
import { createShop } from './shop.js';

const USAGE = `Usage: monerium-connect demo [--page | --direct]

Starts a shop, its backend and an emulator of Monerium, and prints the address of the shop. The
backend starts the flow and takes the response. Everything is in memory.

  --page       the page starts the flow, and posts the code to the backend
  --direct     the page starts the flow and exchanges the code, without a backend
  --client-id  the client ID of the shop (${DEMO_CLIENT_ID})
  --port       where the shop listens (4020; 0 for any free port)
  --host       on which address (127.0.0.1; in a container 0.0.0.0)
`;

function readArguments() {
  const { values } = parseArgs({
    // The command's own name.
    allowPositionals: true,
    options: {
      page: { type: 'boolean', default: false },
      direct: { type: 'boolean', default: false },
      'client-id': { type: 'string', default: DEMO_CLIENT_ID },
      port: { type: 'string', default: '4020' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { page, direct, host, help } = values;
  if (page && direct) throw new StartFailure('--page and --direct exclude each other.');
  const way = page ? 'page' : direct ? 'direct' : 'server';
  const port = readNumber('--port', values.port, 65_535);
  return { way, port, host, help, clientId: values['client-id'] } as const;
}

/** Prints nothing before both answer. */
async function start({ way, port, host, clientId }: ReturnType<typeof readArguments>) {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const emulator = await startEmulator({ hostname: host, isSeeded: true });
  // For a browser the two are different sites, as a shop and Monerium are.
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const apiUrl = emulator.url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//127.0.0.1:');
  const { handle, redirectUri } = createShop({ way, origin, apiUrl, clientId });
  emulator.registerClient({ clientId, name: 'Demo shop', redirectUris: [redirectUri] });
  server.on('request', toNodeListener(handle));
  console.log(`Shop               ${origin}/`);
  console.log(`Monerium emulator  ${apiUrl}`);
  console.log('\nOpen the shop in a browser. Ctrl-C ends both.');
}

try {
  const wanted = readArguments();
  if (wanted.help) {
    console.log(USAGE);
  } else {
    await start(wanted).catch((error: unknown) => {
      throw toListenFailure(error, `shop on ${wanted.host}:${wanted.port}`);
    });
  }
} catch (error) {
  exitWith(withUsage(error, USAGE));
}
