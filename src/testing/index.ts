/** `monerium-connect/testing`: for an integrator's own tests, without an account at Monerium. */
export {
  startEmulator,
  type Client,
  type CodeOptions,
  type Emulator,
  type EmulatorOptions,
  type Ending,
  type Fault,
  type RecordedRequest,
  type Switches,
} from './emulator/emulator.js';
export { moneriumFixture, type MoneriumFixture, type MoneriumOptions } from './playwright.js';
export { moneriumHandlers, type HandlerOptions } from './msw.js';
export { simulate, type Simulated, type SimulatedCustomer } from './simulate.js';
