// What is weighed: an application that imports both has what they share once.
export * from '../../src/server/handler.js';
export * from '../../src/server/connections.js';
