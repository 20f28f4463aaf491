// Writes docs/reference.md from custom-elements.json, and llms.txt from the other documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { documents, readDocument } from './list.mjs';
import { writeReference } from './reference.mjs';

/** Enough for a working page, without a second request. */
function writeFacts() {
  const { text } = readDocument('docs/errors.md');
  const codes = [...text.matchAll(/^## `(\w+)`$/gm)].map(([, code]) => code);
  const facts = [
    'Unofficial, and not on npm yet: install the file that `npm pack` makes in a clone. Never run its name by `npx` alone.',
    'Page: `<script type="module" src="/monerium-connect.min.js"></script><monerium-connect client-id="…" redirect-uri="/connect.html" backend-url="/api/monerium" stay-connected></monerium-connect>`. Copy `dist/*.min.js` and `dist/locales`, or `import \'monerium-connect\'` and `import \'monerium-connect/locales\'`.',
    'Rule: the page of `redirect-uri` has the same tag with the same attributes. It takes the response and leads back. It is on the same origin, and registered at Monerium exactly.',
    'The sandbox is the default. `environment="production"` on both pages, and `environment: \'production\'` in each function of the server.',
    'Contract of `backend-url`: `POST` JSON `{code, code_verifier, redirect_uri, client_id}`, response `200` with `{"profile","userId"}`. `GET`: `200` with both, or `204`. `DELETE`: `204`.',
    "Server: `createExchangeHandler({ clientId, redirectUris, store, onConnected, onSession, onDisconnect })` of `monerium-connect/server` is `(request: Request) => Promise<Response>`. Express: `app.all('/api/monerium', toNodeListener(handle))`, from `monerium-connect/node`.",
    'The server starts, without a script: `createConnectHandler({ clientId, baseUrl, secret, store, onConnected, onSession, onDisconnect })` below `baseUrl`; the page has `<a href="/monerium/start?return_to=/">`; the redirect URI is `{baseUrl}/callback`.',
    'Session: `onConnected({ request, tokens, profile, userId, clientId })` makes a new id, calls `connections.connect(id, details)`, and returns a `set-cookie` header. `onSession` returns `connections.find(id)`; `onDisconnect` calls `connections.disconnect(id)`.',
    'Tokens: `connections = createConnections({ store })`, and `await connections.getAccessToken(id)` for each call of the API. `createMemoryStore()` is for one process.',
    'Events: `monerium-connected` with `detail.profile`, `.userId`, `.returnTo`; `monerium-error` with `.code`, `.kind`, `.phase`. They prove nothing to a server. React: `MoneriumConnect` of `monerium-connect/react`.',
    `Codes: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    'Test: `npx --no-install monerium-connect emulator --redirect-uri <uri>` runs in place of Monerium, by `api-url` and `apiUrl`; `check-backend` checks a server; the attribute `debug` checks a page.',
  ];
  return facts.map((fact) => `- ${fact}`).join('\n');
}

function writeIndex() {
  const { summary } = readDocument('README.md');
  const lines = documents.map((document) => {
    const { title, summary: about } = readDocument(document);
    return `- [${title}](${document}): ${about}`;
  });
  return `# monerium-connect\n\n> ${summary}\n\n## Facts\n\n${writeFacts()}\n\n## Documents\n\n${lines.join('\n')}\n`;
}

const manifest = JSON.parse(readFileSync('custom-elements.json', 'utf8'));
writeFileSync('docs/reference.md', writeReference(manifest));
writeFileSync('llms.txt', writeIndex());
