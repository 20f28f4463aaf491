// From the options of a site to the flow that they are bound to.
import type { Connection } from './connection.js';
import type { ConnectError } from './errors.js';
import { readConfiguration, type ConnectAttributes, type ParsedOptions } from './options.js';
import { Flow } from './flow/flow.js';
import { findFlow } from './flow/flows.js';
import { assertSecure, readAddress, readBase } from './browser/window.js';

/**
 * Reads the options.
 * @param before what was read the last time
 * @param connection the state of the flow, or what is shown instead
 * @param hasAttempt whether the flow is running, also where it shows nothing of it yet
 */
export function readOptions(
  options: ConnectAttributes,
  before: ParsedOptions,
  { status }: Connection,
  hasAttempt: boolean,
): ParsedOptions {
  const isAtRest = !hasAttempt && (status === 'idle' || status === 'failed');
  // A router may change the address during a flow. The redirect URI stays the same.
  const address =
    before.address && !isAtRest ? before.address : { href: readAddress(), base: readBase() };
  const running = isAtRest ? undefined : before.configuration;
  try {
    assertSecure();
    return { address, configuration: readConfiguration(options, address, running) };
  } catch (reason) {
    return { address, fault: reason as ConnectError };
  }
}

/**
 * The flow for what was read. Options at fault have a flow of their own, as long as the fault stays
 * the same. Only an insecure page shows its fault before a click.
 */
export function chooseFlow(
  { configuration, fault }: ParsedOptions,
  before: ParsedOptions,
  current: Flow | undefined,
): Flow {
  if (configuration) return findFlow(configuration.binding);
  if (current && fault?.message === before.fault?.message) return current;
  return new Flow(undefined, fault?.code === 'insecure_context' ? fault : undefined);
}
