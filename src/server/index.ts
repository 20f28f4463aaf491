// The entry `monerium-connect/server`.
export { ConnectError, type ErrorCode } from '../core/errors.js';
export type { Tokens } from '../core/oauth/exchange.js';
export type { Identity } from '../core/oauth/identity.js';
export { createConnectHandler } from './connect-handler.js';
export type { ConnectHandlerOptions } from './connect-options.js';
export {
  createConnections,
  type Connections,
  type ConnectionsOptions,
  type NewConnection,
  type TokenOptions,
} from './connections.js';
export { ExchangeError } from './exchange-error.js';
export { createExchangeHandler } from './exchange-handler.js';
export type {
  ConnectedDetails,
  RequestHandler,
  ExchangeHandlerOptions,
  RequestDetails,
} from './handler-options.js';
export { ConnectionEndedError } from './kept-connection.js';
export { createMemoryStore } from './memory-store.js';
export type { MoneriumOptions } from './monerium-api.js';
export { createSeal, type Seal } from './seal.js';
export type { ServerEvent } from './server-event.js';
export type { CodeStore, Connection, ConnectionStore, Store } from './store.js';
