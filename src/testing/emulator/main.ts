/** `monerium-connect emulator`: the emulator alone, for an application under development. */
import { parseArgs } from 'node:util';
import { exitWith, readNumber, toListenFailure, withUsage } from '../start-failure.js';
import { DEMO_CLIENT_ID, startEmulator } from './emulator.js';

const USAGE = `Usage: monerium-connect emulator [--redirect-uri <uri>]…

Starts an emulator of Monerium's authorization server, API and portal. Everything is in memory.
Set its address as api-url on <monerium-connect>, and in your backend. Its page at / lists
clients, customers and requests, and switches faults on.

  --port           where it listens (4010; 0 for any free port)
  --host           on which address (127.0.0.1)
  --client-id      the client ID of your application (${DEMO_CLIENT_ID})
  --redirect-uri   a redirect URI of your application; may be repeated
  --auto-approve   every customer is signed in and approves, without a page
  --seed           starts with a customer, customer@example.com, with a wallet and an IBAN
  --json           prints one line of JSON: url, clientId, redirectUris
`;

function readArguments() {
  const { values } = parseArgs({
    // The command's own name.
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '4010' },
      host: { type: 'string', default: '127.0.0.1' },
      'client-id': { type: 'string', default: DEMO_CLIENT_ID },
      'redirect-uri': { type: 'string', multiple: true, default: [] },
      'auto-approve': { type: 'boolean', default: false },
      seed: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = readNumber('--port', values.port, 65_535);
  return { ...values, port, clientId: values['client-id'], redirectUris: values['redirect-uri'] };
}

async function start({ port, host, clientId, redirectUris, seed, ...values }: Arguments) {
  try {
    return await startEmulator({
      port,
      hostname: host,
      clients: [{ clientId, name: 'Your application', redirectUris }],
      isSeeded: seed,
      switches: values['auto-approve'] ? { decision: 'approve' } : {},
    });
  } catch (error) {
    throw toListenFailure(error, `emulator on ${host}:${port}`);
  }
}

type Arguments = ReturnType<typeof readArguments>;

try {
  const wanted = readArguments();
  if (wanted.help) {
    console.log(USAGE);
  } else {
    const { url } = await start(wanted);
    const { clientId, redirectUris } = wanted;
    if (wanted.json) {
      console.log(JSON.stringify({ url, clientId, redirectUris }));
    } else {
      console.log(`Monerium emulator  ${url}`);
      console.log(`Client ID          ${clientId}`);
      console.log(`Redirect URIs      ${redirectUris.join(', ') || `none yet; add one at ${url}`}`);
    }
  }
} catch (error) {
  exitWith(withUsage(error, USAGE));
}
