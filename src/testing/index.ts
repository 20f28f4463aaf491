/** `monerium-connect/testing`: for an integrator's own tests, without an account at Monerium. */
import { startEmulator, type EmulatorOptions, type PublicEmulator } from './emulator/emulator.js';

/**
 * Starts Monerium's authorization server, API and portal on this machine.
 *
 * @throws TypeError for a redirect URI that must not be registered, or an unknown switch
 */
const startPublicEmulator: (options?: EmulatorOptions) => Promise<PublicEmulator> = startEmulator;

export { startPublicEmulator as startEmulator };
export type {
  Client,
  EmulatorOptions,
  Fault,
  PublicEmulator as Emulator,
  RecordedRequest,
  Switches,
} from './emulator/emulator.js';
export { moneriumFixture, type MoneriumFixture, type MoneriumOptions } from './playwright.js';
export { moneriumHandlers, type HandlerOptions } from './msw.js';
export { simulate, type Simulated, type SimulatedCustomer } from './simulate.js';
