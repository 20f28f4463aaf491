// From the attributes of an element to the flow that it shows.
import {
  isSameBinding,
  readConfiguration,
  readLiveOptions,
  type ConnectAttributes,
} from '../core/options.js';
import type { Connection } from '../core/connection.js';
import type { ConnectError } from '../core/errors.js';
import { Flow } from '../core/flow/flow.js';
import { page } from '../core/browser/page.js';
import type { Reading, SharedFlow } from '../core/browser/shared-flow.js';
import { assertSecure, readAddress } from '../core/browser/window.js';

/** A page may have been opened with a user name and a password in its address. */
const USER_INFO = /\/\/[^/?#]*@/;

/**
 * Reads the attributes. While a flow is under way, only what it still needs is read again.
 * @param before what was read the last time
 * @param connection the state of the flow, or what the element shows instead
 * @param hasAttempt whether the flow is under way, also where it shows nothing of it yet
 */
export function readAttributes(
  host: HTMLElement & ConnectAttributes,
  before: Reading,
  { status }: Connection,
  hasAttempt: boolean,
): Reading {
  const isAtRest = !hasAttempt && (status === 'idle' || status === 'failed');
  // A router may move the page during a flow: that is no change of the redirect URI. The base is
  // the element's: an `<img name="baseURI">` takes the place of the document's.
  const address =
    before.address && !isAtRest
      ? before.address
      : { href: readAddress(), base: host.baseURI.replace(USER_INFO, '//') };
  const known = isAtRest ? undefined : before.configuration;
  try {
    assertSecure();
    const configuration = known
      ? { ...known, ...readLiveOptions(host, address) }
      : readConfiguration(host, address);
    return { address, configuration };
  } catch (reason) {
    return { address, fault: reason as ConnectError };
  }
}

/**
 * The flow for what was read: one per binding on a page. An element at fault has a flow of its own,
 * as long as its fault stays the same. Only an insecure page shows its fault before a click.
 */
export function findFlow(
  { configuration, fault }: Reading,
  before: Reading,
  current: SharedFlow | undefined,
): SharedFlow {
  if (!configuration) {
    if (current && fault?.message === before.fault?.message) return current;
    return new Flow(undefined, fault?.code === 'insecure_context' ? fault : undefined);
  }
  const { binding } = configuration;
  const found = [...page.flows].find((flow) => isSameBinding(flow.binding, binding));
  const flow = found ?? new Flow(binding);
  page.flows.add(flow);
  return flow;
}
