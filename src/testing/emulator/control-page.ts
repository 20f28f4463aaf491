import { html } from 'hono/html';
import { Hono } from 'hono';
import type { Assets } from './assets.js';
import type { Client } from './client.js';
import { refuseForeignPages } from './control-guard.js';
import type { Customer } from './customers.js';
import { layout } from './layout.js';
import type { RecordedRequest } from './request-record.js';
import type { Store } from './store.js';
import { choicesOf, type Switches } from './switches.js';

type Html = ReturnType<typeof html>;

const MAX_REQUESTS = 20;

/** The page at `/`: shows what the emulator holds, and sends its forms to the control endpoints. */
export function controlPage(store: Store, hostname: string, assets: () => Promise<Assets>): Hono {
  const routes = new Hono();
  routes.get('/', refuseForeignPages(hostname), (c) => {
    c.header('Cache-Control', 'no-store');
    c.header('Content-Security-Policy', "frame-ancestors 'none'");
    return c.html(page(store));
  });
  routes.get('/emulator/style.css', async (c) =>
    c.body((await assets()).style, 200, { 'Content-Type': 'text/css' }),
  );
  routes.get('/emulator/page.js', async (c) =>
    c.body((await assets()).controlScript, 200, { 'Content-Type': 'text/javascript' }),
  );
  return routes;
}

function page(store: Store): Html {
  return layout({
    name: 'control',
    heading: 'Monerium emulator',
    content: html`<p id="problem" class="problem" role="alert"></p>
      ${clients([...store.clients.values()])} ${customers(store.customers.list())}
      ${switches(store.switches)} ${requests(store.requests)}
      <form id="reset" action="/emulator/reset">
        <button class="quiet">Forget everything but the clients</button>
      </form>
      <script src="/emulator/page.js" defer></script>`,
  });
}

function clients(all: Client[]): Html {
  return html`<h2>Clients</h2>
    <dl id="clients">
      ${all.map(
        ({ clientId, name, redirectUris }) =>
          html`<dt>${name}</dt>
            <dd><code>${clientId}</code></dd>
            ${redirectUris.map((uri) => html`<dd><code>${uri}</code></dd>`)}`,
      )}
    </dl>
    <details>
      <summary>Register a client, or replace one</summary>
      <form id="client" action="/emulator/clients">
        <label for="client-id">Client ID</label>
        <input id="client-id" name="clientId" required value="${all[0]?.clientId ?? ''}" />
        <label for="client-name">Name</label>
        <input id="client-name" name="name" required value="${all[0]?.name ?? ''}" />
        <label for="redirect-uris">Redirect URIs</label>
        <input
          id="redirect-uris"
          name="redirectUris"
          aria-describedby="redirect-uris-hint"
          value="${all[0]?.redirectUris.join(' ') ?? ''}"
        />
        <p class="hint" id="redirect-uris-hint">Separated by spaces</p>
        <button>Register</button>
      </form>
    </details>`;
}

function customers(all: Customer[]): Html {
  if (all.length === 0) {
    return html`<h2>Customers</h2>
      <p>None yet: sign up in the portal.</p>`;
  }
  return html`<h2>Customers</h2>
    <dl id="customers">
      ${all.map(
        ({ email, profile, userId, ibans }) =>
          html`<dt>${email}</dt>
            <dd>Profile <code>${profile}</code></dd>
            <dd>User <code>${userId}</code></dd>
            ${ibans.map(
              ({ iban, chain }) => html`<dd>IBAN <code>${iban}</code> on ${chain}</dd>`,
            )}`,
      )}
    </dl>`;
}

function switches(current: Readonly<Switches>): Html {
  return html`<h2>Switches</h2>
    <div class="switches">
      ${Object.entries(current).map(
        ([name, value]) =>
          html`<form data-switch="${name}" action="/emulator/switches">
            <label for="switch-${name}">${name}</label>
            ${control(name, value)}
          </form>`,
      )}
    </div>`;
}

function control(name: string, value: Switches[keyof Switches]): Html {
  const id = `switch-${name}`;
  const choices = choicesOf(name);
  if (typeof value === 'boolean') {
    return html`<input id="${id}" name="${name}" type="checkbox" ${value ? 'checked' : ''} />`;
  }
  if (choices) {
    return html`<select id="${id}" name="${name}">
      ${choices.map(
        (choice) =>
          html`<option value="${choice}" ${choice === value ? 'selected' : ''}>
            ${choice || 'none'}
          </option>`,
      )}
    </select>`;
  }
  if (typeof value === 'number') {
    return html`<input id="${id}" name="${name}" type="number" min="0" value="${value}" />`;
  }
  return html`<input id="${id}" name="${name}" value="${value}" />`;
}

/** Without queries and bodies, which hold codes and tokens. */
function requests(all: RecordedRequest[]): Html {
  const last = all.slice(-MAX_REQUESTS).reverse();
  return html`<h2>Last requests</h2>
    <ol id="requests">
      ${last.map(
        ({ method, path, status }) =>
          html`<li><code>${method} ${path}</code> ${status ?? 'no response yet'}</li>`,
      )}
    </ol>`;
}
