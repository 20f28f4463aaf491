// Whole flows against the emulator in the service worker.
import '../../src/index.js';
import { MoneriumConnect } from '../../src/index.js';
import { setUpCard } from '../connect-card.js';
import { findElement } from '../find-element.js';
import { AWAKE_MS, CLIENT_ID, type Control, type Reply } from './control.js';
import { FAULTS, type Fault } from './faults.js';

/** What was chosen, kept in this tab: the flow leaves the page and comes back to it. */
interface Choice {
  readonly exchange: string;
  readonly mode: string;
  readonly hasDoctor: boolean;
  readonly fault: string;
}

const KEY = 'site-flow';
const FIRST: Choice = { exchange: 'backend', mode: 'redirect', hasDoctor: false, fault: 'None' };

const element = findElement('#connect', MoneriumConnect);
const exchange = findElement('#exchange', HTMLSelectElement);
const mode = findElement('#mode', HTMLSelectElement);
const doctor = findElement('#doctor', HTMLInputElement);
const list = findElement('#faults', HTMLElement);

let choice: Choice = { ...FIRST, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Choice) };

const here = (path: string) => new URL(path, document.baseURI).href;
const faultOf = ({ fault }: Choice) => FAULTS.find(({ name }) => name === fault);

/** Sets up the element as chosen. Before the page is parsed, so that a response finds it. */
function apply(): void {
  exchange.value = choice.exchange;
  mode.value = choice.mode;
  doctor.checked = choice.hasDoctor;
  Object.assign(element, {
    clientId: CLIENT_ID,
    apiUrl: here('monerium'),
    redirectUri: here('flows.html'),
    backendUrl: choice.exchange === 'backend' ? here('api/monerium') : undefined,
    mode: choice.mode,
    debug: choice.hasDoctor,
  });
  const fault = faultOf(choice);
  for (const button of list.querySelectorAll('button')) {
    button.ariaPressed = String(button.textContent === fault?.name);
  }
  findElement('#explanation', HTMLElement).textContent = fault?.text ?? '';
}

async function ask(body?: Control): Promise<void> {
  // Before the worker has this page, nobody is there to ask. `start()` tells it what was chosen.
  if (!navigator.serviceWorker.controller) return;
  const headers = { 'content-type': 'application/json' };
  const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch('control', init);
  const { requests } = (await response.json()) as Reply;
  const items = requests.slice(-10).map(({ method, path, status }) => {
    const item = document.createElement('li');
    item.textContent = `${method} ${path} ${status}`;
    return item;
  });
  findElement('#requests', HTMLElement).replaceChildren(...items);
}

function control(isReset = false): Promise<void> {
  const { backend = 'none', switches = {} } = faultOf(choice) ?? {};
  // What an earlier choice has switched is switched back.
  const base = { decision: 'ask', token: 'none', context: 'none', idsInToken: true } as const;
  return ask({ backend, switches: { ...base, ...switches }, isReset });
}

function choose(changes: Partial<Choice>): void {
  choice = { ...choice, ...changes };
  sessionStorage.setItem(KEY, JSON.stringify(choice));
  apply();
  void control();
}

function addFault(fault: Fault): void {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = fault.name;
  button.addEventListener('click', () => {
    choose({ fault: fault.name, ...(fault.exchange && { exchange: fault.exchange }) });
  });
  item.append(button);
  list.append(item);
}

interface PolicyFactory {
  createPolicy(name: string, rules: typeof plain): typeof plain;
}

/** The policy of this page wants the address of a script from a Trusted Types policy. */
const plain = { createScriptURL: (url: string) => url };
const { trustedTypes } = window as { trustedTypes?: PolicyFactory };
const policy = trustedTypes?.createPolicy('site', plain) ?? plain;

/** The button works as soon as the worker takes the requests of this page. */
async function start(): Promise<void> {
  const { serviceWorker } = navigator;
  await serviceWorker.register(policy.createScriptURL('worker.js'));
  await serviceWorker.ready;
  while (!serviceWorker.controller) {
    await new Promise((resolve) => {
      serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
  }
  await control();
  element.disabled = false;
}

FAULTS.forEach(addFault);
apply();
const card = setUpCard('flow', () => undefined);
exchange.addEventListener('change', () => choose({ exchange: exchange.value }));
mode.addEventListener('change', () => choose({ mode: mode.value }));
doctor.addEventListener('change', () => choose({ hasDoctor: doctor.checked }));
element.addEventListener('monerium-status', () => void ask());
// A worker that was ended meanwhile has forgotten the fault.
element.addEventListener('monerium-before-connect', () => void control());
// A browser ends a worker that has nothing to do, and with it the emulator's memory.
setInterval(() => void ask(), AWAKE_MS);
findElement('#reset', HTMLButtonElement).addEventListener('click', () => void control(true));
start().catch((reason: unknown) => {
  card.showFailure(`The emulator needs a service worker: ${String(reason)}`);
});
