/** `monerium-connect/core`: the whole flow without an element and without Lit. */
import { furtherFiles } from './core/further/files.js';

// A bundler makes a file of its own of it, which is loaded on use.
furtherFiles.notes = () => import('./notes/notes.js');

export { createConnector, type Connector } from './core/connector.js';
export { ConnectError, isConnectError } from './core/errors.js';
export type { Connection, ConnectionStatus, ConnectorEvent } from './core/connection.js';
export type { ConnectorListener } from './core/connection.js';
export type { ConnectErrorDetail, ErrorCode, ErrorKind, ErrorPhase } from './core/errors.js';
export type { Authorize, ConnectorOptions } from './core/options.js';
export type { BackendHeaders, ExchangeFunction, ExchangeRequest } from './core/oauth/exchange.js';
export type { Identity } from './core/oauth/identity.js';
export type { AuthorizationParameters } from './core/oauth/oauth.js';
