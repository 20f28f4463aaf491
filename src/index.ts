import './define.js';

export { MoneriumConnect } from './monerium-connect.js';
export { ConnectError } from './errors.js';
export {
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  MoneriumStatusEvent,
} from './connection.js';
export type {
  ConnectErrorDetail,
  ConnectErrorOptions,
  ErrorCode,
  ErrorPhase,
  Retry,
} from './errors.js';
export type {
  Connection,
  ConnectionStatus,
  MoneriumBeforeConnectDetail,
  MoneriumConnectedDetail,
  MoneriumStatusDetail,
} from './connection.js';
export type { ExchangeFunction, ExchangeRequest, Identity } from './exchange.js';
