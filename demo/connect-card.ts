import { MoneriumConnect } from '../src/index.js';
import { findElement } from './find-element.js';

const EVENTS = [
  'monerium-before-connect',
  'monerium-status',
  'monerium-connected',
  'monerium-error',
  'monerium-disconnected',
] as const;

/** A card with an element, its status, a log of its events and a line for failures. */
export interface ConnectCard {
  element: MoneriumConnect;
  /** Shows the status again: a change that the page itself made fires no event. */
  showStatus(): void;
  /** Shows a failure outside of the element. An empty string removes it. */
  showFailure(text: string): void;
}

/** Sets up a card. `onDisconnect` is called after a click on its button. */
export function setUpCard(id: string, onDisconnect: () => Promise<void> | void): ConnectCard {
  const card = findElement(`#${id}`, HTMLElement);
  const element = findElement('monerium-connect', MoneriumConnect, card);
  const status = findElement('[data-status]', HTMLOutputElement, card);
  const button = findElement('[data-disconnect]', HTMLButtonElement, card);
  const log = findElement('[data-log]', HTMLOListElement, card);
  const failure = findElement('[data-fault]', HTMLElement, card);

  const showStatus = (): void => {
    status.value = element.status;
    button.hidden = element.status !== 'connected';
  };

  for (const name of EVENTS) {
    element.addEventListener(name, (event) => {
      // No event contains a token or a code, so all of it may be shown.
      append(log, name, JSON.stringify(event.detail));
      showStatus();
    });
  }

  const showFailure = (text: string): void => {
    failure.textContent = text;
    failure.hidden = text === '';
  };

  async function disconnect(): Promise<void> {
    await element.disconnect();
    // This button disappears, so the focus moves to the element's own, once that is rendered.
    await element.updateComplete;
    element.focus();
    await onDisconnect();
  }

  button.addEventListener('click', () => {
    // With `stay-connected` the backend has to confirm.
    disconnect().catch(() => showFailure('The server did not do it: you are still connected.'));
  });

  // The server may have rendered the element as connected. That fires no event either.
  void element.updateComplete.then(showStatus);
  return {
    element,
    showStatus,
    showFailure,
  };
}

function append(log: HTMLOListElement, name: string, detail: string): void {
  const entry = document.createElement('li');
  const title = document.createElement('strong');
  const content = document.createElement('code');
  title.textContent = name;
  content.textContent = detail;
  entry.append(title, ' ', content);
  log.append(entry);
}
