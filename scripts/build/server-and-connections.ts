// What is weighed: an application that exchanges codes and keeps connections.
export { createConnections, createExchangeHandler } from '../../src/server/index.js';
