import { MoneriumConnect } from '../src/index.js';
import { findElement } from './find-element.js';

const EVENTS = [
  'monerium-before-connect',
  'monerium-status',
  'monerium-connected',
  'monerium-error',
  'monerium-disconnected',
] as const;

/** What both ways of connecting show: the state, a log of the events, a line for faults. */
export interface ConnectCard {
  element: MoneriumConnect;
  /** For a change that the page made itself: about that there is no event. */
  showStatus(): void;
  /** Shows what went wrong beside the element's own flow, or nothing. */
  setFault(text: string): void;
}

/** Brings a card to life. `disconnect` does what the site itself has to do about it. */
export function setUpCard(id: string, disconnect: () => Promise<void> | void): ConnectCard {
  const card = findElement(`#${id}`, HTMLElement);
  const element = findElement('monerium-connect', MoneriumConnect, card);
  const status = findElement('[data-status]', HTMLOutputElement, card);
  const button = findElement('[data-disconnect]', HTMLButtonElement, card);
  const log = findElement('[data-log]', HTMLOListElement, card);
  const fault = findElement('[data-fault]', HTMLElement, card);

  const showStatus = (): void => {
    status.value = element.status;
    button.hidden = element.status !== 'connected';
  };

  for (const name of EVENTS) {
    element.addEventListener(name, (event) => {
      // An event never holds a token or a code, so all of it may be shown.
      append(log, name, JSON.stringify(event.detail));
      showStatus();
    });
  }

  button.addEventListener('click', () => {
    element.disconnect();
    // This button hides itself; the focus goes on to the element's own, once that is back.
    void element.updateComplete.then(() => element.focus());
    void disconnect();
  });

  // The element may be connected by what the server rendered: that too is without an event.
  void element.updateComplete.then(showStatus);
  return {
    element,
    showStatus,
    setFault(text) {
      fault.textContent = text;
      fault.hidden = text === '';
    },
  };
}

function append(log: HTMLOListElement, name: string, detail: string): void {
  log.querySelector('.empty')?.remove();
  const entry = document.createElement('li');
  const title = document.createElement('strong');
  const content = document.createElement('code');
  title.textContent = name;
  content.textContent = detail;
  entry.append(title, ' ', content);
  log.append(entry);
}
