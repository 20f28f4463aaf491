import './define.js';
import { doctor } from './element/doctor.js';
import './locales/not-imported.js';

// A bundler makes a file of its own of it, which only an element with `debug` loads.
doctor.load = () => import('./doctor/doctor.js');

export { MoneriumConnect } from './element/monerium-connect.js';
export { ConnectError, isConnectError } from './errors.js';
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
  MoneriumEventMap,
  MoneriumStatusDetail,
} from './connection.js';
export type { ExchangeFunction, ExchangeRequest } from './protocol/exchange.js';
export type { WalletProof, WalletProvider } from './protocol/wallet.js';
export type { Identity } from './protocol/identity.js';
export type { ConnectTexts } from './texts.js';
