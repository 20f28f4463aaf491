// The configurator: settings on one side, the element and its code on the other.
import '../../src/index.js';
import '../../src/locales/index.js';
import { registry } from '../../src/locales/registry.js';
import { ERRORS } from '../../src/core/errors.js';
import type { MoneriumConnect } from '../../src/index.js';
import { findElement } from '../find-element.js';
import { simulate, type Simulated } from '../../src/testing/simulate.js';
import { CLIENT_ID } from './control.js';
import { addAttributes, addTexts, fillSelect, readFields } from './fields.js';
import { attributes, cssProperties, properties, slots } from './manifest.js';
import { release } from './release.js';
import { KINDS, writeSnippet, type Configuration, type Kind } from './snippets.js';

const STATES = ['idle', 'signing', 'signed', 'redirecting', 'waiting', 'exchanging', 'connected'];
/** Of calls, and not shown by the element. */
const NOT_SHOWN = ['aborted', 'token_unavailable', 'disconnect_failed'];
/** They would start something on this page. */
const NOT_PREVIEWED = ['debug', 'stay-connected', 'profile', 'user-id'];

const place = (id: string) => findElement(`#${id}`, HTMLElement);
const select = (id: string) => findElement(`#${id}`, HTMLSelectElement);
const stage = place('stage');

function readConfiguration(): Configuration {
  const fields = readFields(place('attributes'));
  const isDefault = ([name, value]: [string, string | true]) =>
    attributes.some((one) => one.name === name && one.default === value);
  const texts = (id: string) => readFields(place(id)) as Record<string, string>;
  return {
    attributes: Object.fromEntries(Object.entries(fields).filter((entry) => !isDefault(entry))),
    slots: texts('slots'),
    styles: texts('styles'),
    properties: texts('properties'),
    lang: select('lang').value,
  };
}

/** A new element for each configuration: an attribute that is gone leaves nothing behind. */
function createElement({
  attributes: given,
  slots: texts,
  styles,
}: Configuration): MoneriumConnect {
  const element = document.createElement('monerium-connect');
  const all: Record<string, string | true> = { 'client-id': CLIENT_ID, ...given };
  for (const [name, value] of Object.entries(all)) {
    if (!NOT_PREVIEWED.includes(name)) element.setAttribute(name, value === true ? '' : value);
  }
  for (const [name, text] of Object.entries(texts)) {
    const content = document.createElement('span');
    content.textContent = text;
    if (name) content.slot = name;
    element.append(content);
  }
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value);
  element.addEventListener('monerium-before-connect', (event) => {
    event.preventDefault();
    note('The preview starts no flow. “Try a flow” does.');
  });
  return element;
}

function note(text: string): void {
  place('note').textContent = text;
}

async function showState(element: MoneriumConnect, status: Simulated): Promise<void> {
  try {
    await simulate(element, status);
  } catch (reason) {
    // An attribute is missing or wrong: the message names it.
    if (element.isConnected) note(reason instanceof Error ? reason.message : '');
  }
}

async function showPreview(configuration: Configuration): Promise<void> {
  const element = createElement(configuration);
  stage.lang = configuration.lang || 'en';
  stage.dir = /^(ar|he)\b/.test(stage.lang) ? 'rtl' : 'ltr';
  stage.dataset['theme'] = select('theme').value;
  stage.replaceChildren(element);
  note('');
  await element.updateComplete;
  // Idle too: the element before may have left its flow connected, or failed.
  await showState(element, select('state').value as Simulated);
}

function update(): void {
  const configuration = readConfiguration();
  place('code').textContent = writeSnippet(select('kind').value as Kind, configuration, release);
  void showPreview(configuration);
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(place('code').textContent ?? '');
    note('The code is in the clipboard.');
  } catch {
    getSelection()?.selectAllChildren(place('code'));
    note('The browser does not allow copying. The code is selected: copy it by hand.');
  }
}

function setUp(): void {
  const codes = Object.keys(ERRORS).filter((code) => !NOT_SHOWN.includes(code));
  const languages = registry.flatMap(([tags]) => tags.split(' ')).sort();
  const names = new Intl.DisplayNames('en', { type: 'language' });
  fillSelect(select('state'), [...STATES, ...codes]);
  fillSelect(select('lang'), [
    ['', 'English'],
    ...languages.map((tag) => [tag, names.of(tag) ?? tag] as const),
  ]);
  fillSelect(select('kind'), KINDS);
  addAttributes(place('attributes'), attributes);
  addTexts(place('slots'), slots, 'input');
  addTexts(place('styles'), cssProperties, 'input');
  addTexts(place('properties'), properties, 'textarea');
  findElement('[name="client-id"]', HTMLInputElement).value = CLIENT_ID;
  document.addEventListener('input', update);
  findElement('#form', HTMLFormElement).addEventListener('submit', (event) =>
    event.preventDefault(),
  );
  findElement('#copy', HTMLButtonElement).addEventListener('click', () => void copy());
  update();
  document.body.classList.remove('waiting');
}

setUp();
