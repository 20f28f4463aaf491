import './define.js';
import { furtherFiles } from './page/further-files.js';
import './locales/not-imported.js';

// A bundler makes files of their own of them, which are loaded on use.
furtherFiles.doctor = () => import('./doctor/doctor.js');
furtherFiles.notes = () => import('./notes/notes.js');

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
