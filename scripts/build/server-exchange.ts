// What is weighed: an application that exchanges codes and keeps the tokens by itself.
export { createExchangeHandler } from '../../src/server/index.js';
