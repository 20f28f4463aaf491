// The configurator: settings on one side, the element and its code on the other.
import '../../src/index.js';
import '../../src/locales/index.js';
import { registry } from '../../src/locales/registry.js';
import { ERRORS } from '../../src/core/errors.js';
import type { MoneriumConnect } from '../../src/index.js';
import { findElement } from '../find-element.js';
import { simulate, type Simulated } from '../../src/testing/simulate.js';
import page from '../../examples/connect.html?raw';
import handler from '../../examples/handler.ts?raw';
import serverStart from '../../examples/server-start.ts?raw';
import { CLIENT_ID } from './control.js';
import { addField, fillField, fillSelect, readField, type Input } from './fields.js';
import { settings } from './manifest.js';
import { release } from './release.js';
import { KINDS, writeFiles, type Configuration, type Kind } from './snippets.js';

const STATES = ['idle', 'signing', 'signed', 'redirecting', 'waiting', 'exchanging', 'connected'];
/** Of calls, and not shown by the element. */
const NOT_SHOWN = ['aborted', 'token_unavailable', 'disconnect_failed'];
/** They would start something on this page, or replace its flow. */
const NOT_PREVIEWED = [
  'debug',
  'stay-connected',
  'profile',
  'user-id',
  'start-url',
  'slot-fallback',
];
/** All others are advanced. */
const GROUPS = {
  start: ['client-id', 'environment', 'start-url', 'redirect-uri', 'backend-url', 'mode'],
  // prettier-ignore
  look: [
    'text', 'slot-label', 'appearance', 'size', '--monerium-connect-accent',
    '--monerium-connect-radius', 'slot-icon', 'icon-only', 'with-hint',
  ],
  after: ['stay-connected', 'with-disconnect', 'success-url', 'slot-connected', 'required'],
};
/** What a flow of the server does without, or always has. */
// prettier-ignore
const OF_PAGE = [
  'client-id', 'redirect-uri', 'mode', 'stay-connected', 'wallet', 'chain', 'app-name',
  'privacy-url', 'terms-url', 'exchange', 'walletProvider', 'environment', 'api-url',
];
/** Where each way begins. */
const PAGE = {
  'redirect-uri': '/connect.html',
  'backend-url': '/api/monerium',
  'stay-connected': 'true',
};
const SERVER = { 'start-url': '/monerium/start', 'backend-url': '/monerium/session' };

const place = (id: string) => findElement(`#${id}`, HTMLElement);
const select = (id: string) => findElement(`#${id}`, HTMLSelectElement);
const form = findElement('#form', HTMLFormElement);
const stage = place('stage');
const field = (name: string) => form.elements.namedItem(name) as Input;
const isOfServer = () => select('way').value === 'server';
const named = () => ([...form.elements] as Input[]).filter(({ name }) => name);

function readConfiguration(): Configuration {
  // A flow of the server needs both, also when their fields are empty.
  const attributes = isOfServer() ? { ...SERVER } : {};
  const parts = { attributes, slots: {}, styles: {}, properties: {} };
  for (const { part, key, name, kind, default: standard } of settings) {
    const value = readField(field(key));
    if (!value || value === standard) continue;
    Object.assign(parts[part], { [name]: kind === 'boolean' ? true : value });
  }
  return { ...parts, lang: select('lang').value };
}

/** A new element for each configuration: an attribute that is gone leaves nothing behind. */
function createElement(): MoneriumConnect {
  const element = document.createElement('monerium-connect');
  element.clientId = CLIENT_ID;
  for (const { part, key, name, kind } of settings) {
    const value = readField(field(key));
    if (!value || NOT_PREVIEWED.includes(key)) continue;
    if (part === 'attributes') element.setAttribute(name, kind === 'boolean' ? '' : value);
    if (part === 'styles') element.style.setProperty(name, value);
    if (part !== 'slots') continue;
    const content = document.createElement('span');
    content.textContent = value;
    if (name) content.slot = name;
    element.append(content);
  }
  element.addEventListener('monerium-before-connect', (event) => {
    event.preventDefault();
    note('The preview starts no flow.');
  });
  return element;
}

function note(text: string): void {
  place('note').textContent = text;
}

async function showPreview(): Promise<void> {
  const element = createElement();
  stage.lang = select('lang').value || 'en';
  stage.dir = /^(ar|he)\b/.test(stage.lang) ? 'rtl' : 'ltr';
  stage.dataset['theme'] = select('theme').value;
  stage.replaceChildren(element);
  note('');
  await element.updateComplete;
  try {
    // Idle too: the element before may have left its flow connected, or failed.
    await simulate(element, select('state').value as Simulated);
  } catch (reason) {
    // An attribute is missing or wrong: the message names it.
    if (element.isConnected) note(reason instanceof Error ? reason.message : '');
  }
}

async function copy(): Promise<void> {
  const code = place('code');
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    place('copied').textContent = 'Copied.';
  } catch {
    getSelection()?.selectAllChildren(code);
    place('copied').textContent =
      'The browser refused to copy. The code is selected: copy it by hand.';
  }
}

function showCode(configuration: Configuration): void {
  const kind = select('kind').value as Kind;
  const server = isOfServer() ? serverStart : handler;
  const files = writeFiles(kind, configuration, release, { page, server });
  const { value } = select('file');
  const title = value in files ? value : 'Your page';
  select('file').replaceChildren();
  fillSelect(select('file'), Object.keys(files));
  select('file').value = title;
  place('code').textContent = files[title] ?? '';
  place('copied').textContent = '';
  place('imports').hidden = title !== 'Your server';
}

function update(): void {
  for (const { key, kind } of settings) {
    const input = field(key);
    input.disabled = key === 'start-url' ? !isOfServer() : isOfServer() && OF_PAGE.includes(key);
    input.parentElement?.toggleAttribute('hidden', input.disabled);
    const picker = input.nextElementSibling as HTMLInputElement;
    if (kind === 'color' && /^#[\da-f]{6}$/i.test(input.value)) picker.value = input.value;
  }
  showCode(readConfiguration());
  void showPreview();
}

/** The link to this page has what was changed. Code is left out: it may come from anybody. */
function writeAddress(first: ReadonlyMap<string, string>): void {
  const isShared = ({ tagName, disabled }: Input) => tagName !== 'TEXTAREA' && !disabled;
  const changed = named()
    .filter(isShared)
    .map((input) => [input.name, readField(input)])
    .filter(([name = '', value]) => value !== first.get(name));
  const hash = new URLSearchParams(changed).toString();
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname);
}

function readAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  select('way').value = given.get('way') === 'server' ? 'server' : 'page';
  begin();
  for (const input of named()) {
    const value = given.get(input.name);
    if (value !== null && input.tagName !== 'TEXTAREA') fillField(input, value);
  }
}

function begin(): void {
  const values = isOfServer() ? SERVER : PAGE;
  for (const [name, value] of Object.entries(values)) fillField(field(name), value);
}

function setUp(): void {
  const codes = Object.keys(ERRORS).filter((code) => !NOT_SHOWN.includes(code));
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const languages = registry
    .flatMap(([tags]) => tags.split(' '))
    .map((tag) => [tag, names.of(tag) ?? tag] as const);
  const sorted = [['', 'English'] as const, ...languages].sort((one, other) =>
    one[1].localeCompare(other[1], 'en'),
  );
  fillSelect(select('state'), [...STATES, ...codes]);
  fillSelect(select('lang'), sorted);
  select('lang').value = '';
  fillSelect(select('kind'), KINDS);
  const order = [...Object.values(GROUPS).flat(), ...settings.map(({ key }) => key)];
  for (const key of new Set(order)) {
    const [group = 'advanced'] =
      Object.entries(GROUPS).find(([, keys]) => keys.includes(key)) ?? [];
    const setting = settings.find((one) => one.key === key);
    if (setting) addField(place(group), setting);
  }
  field('client-id').setAttribute('placeholder', 'your-client-id');
  begin();
  const first = new Map(named().map((input) => [input.name, readField(input)]));
  readAddress();
  select('way').addEventListener('input', begin);
  form.addEventListener('input', update);
  form.addEventListener('change', () => writeAddress(first));
  form.addEventListener('submit', (event) => event.preventDefault());
  // Another link in the same tab.
  addEventListener('hashchange', () => location.reload());
  findElement('#copy', HTMLButtonElement).addEventListener('click', () => void copy());
  update();
  document.body.classList.remove('waiting');
}

setUp();
