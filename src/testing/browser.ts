/** `monerium-connect/testing` in a browser, where no emulator can listen. */
export { moneriumHandlers, type HandlerOptions } from './msw.js';
export { simulate, type Simulated, type SimulatedCustomer } from './simulate.js';
