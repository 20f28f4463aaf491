import { ConnectError } from '../../src/index.js';
import {
  RECORD_PREFIX,
  addHere,
  closePages,
  holdNavigations,
  listenToConsole,
  listenToEvents,
  settleIdle,
  type Heard,
} from './fixture.js';

/**
 * What tests of a start on their own page need: the page stays where it is and the console is
 * silent. Called once, on the top level of a file.
 */
export function prepareStarts() {
  const replaced: (() => void)[] = [];
  let heard: Heard[] = [];
  let box: HTMLElement | undefined;
  let spoken: ReturnType<typeof listenToConsole>;
  let navigations: ReturnType<typeof holdNavigations>;

  beforeEach(() => {
    spoken = listenToConsole(window);
    navigations = holdNavigations();
  });

  afterEach(async () => {
    for (const restore of replaced.splice(0)) restore();
    await closePages();
    box?.remove();
    navigations.release();
    spoken.restore();
  });

  return {
    /** Adds an element and hears its events from then on. */
    add: async (...options: Parameters<typeof addHere>) => {
      const element = await addHere(...options);
      box = document.createElement('div');
      element.replaceWith(box);
      box.append(element);
      await settleIdle();
      heard = listenToEvents(box);
      return element;
    },
    /** Replaces a member until the end of the test. */
    replace: <T extends object, K extends keyof T>(owner: T, key: K, value: T[K]) => {
      const original = owner[key];
      owner[key] = value;
      replaced.push(() => (owner[key] = original));
    },
    getHeard: () => heard,
    /** Where the page was about to go. */
    getUrls: () => navigations.urls,
    listTypes: () => heard.map(({ type }) => type),
    listRecords: () =>
      Object.keys(localStorage).filter((key) => key.startsWith(`${RECORD_PREFIX}mc1.`)),
  };
}

/** The ConnectError that a call rejects with. */
export async function catchError(promise: Promise<unknown>): Promise<ConnectError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ConnectError) return outcome;
  throw new Error(`Expected a ConnectError, got ${String(outcome)}`);
}
