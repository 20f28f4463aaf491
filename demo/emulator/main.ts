/** `npm run emulator`: the emulator by itself, for a demo or an application under development. */
import { DEMO_CLIENT_ID, startEmulator } from './emulator.js';

const { EMULATOR_PORT = '0', EMULATOR_REDIRECT_URIS = '' } = process.env;

const redirectUris = EMULATOR_REDIRECT_URIS.split(',')
  .map((uri) => uri.trim())
  .filter((uri) => uri !== '');

const emulator = await startEmulator({
  port: Number(EMULATOR_PORT),
  clients: [{ clientId: DEMO_CLIENT_ID, name: 'Demo shop', redirectUris }],
});

console.log(`Monerium emulator: ${emulator.url}`);
console.log(`Client ID: ${DEMO_CLIENT_ID}`);
console.log(`Redirect URIs: ${redirectUris.join(', ') || 'none; set EMULATOR_REDIRECT_URIS'}`);
