// What is weighed: an application whose server starts the flow, and keeps the tokens by itself.
export { createConnectHandler } from '../../src/server/index.js';
