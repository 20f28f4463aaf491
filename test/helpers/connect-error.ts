import { ConnectError } from '../../src/core/errors.js';

/** The `ConnectError` that a call throws or rejects with. Anything else fails the test. */
export async function catchConnectError(call: () => unknown): Promise<ConnectError> {
  try {
    await call();
  } catch (reason) {
    if (reason instanceof ConnectError) return reason;
    throw reason;
  }
  throw new Error('nothing was thrown');
}
