import './define.js';
import { furtherFiles } from './core/further/files.js';
import './locales/not-imported.js';

// A bundler makes files of their own of them, which are loaded on use.
furtherFiles.doctor = () => import('./doctor/doctor.js');
furtherFiles.notes = () => import('./notes/notes.js');

export { MoneriumConnect } from './element/monerium-connect.js';
export { ConnectError, isConnectError } from './core/errors.js';
export {
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  MoneriumStatusEvent,
} from './element/events.js';
export type { ConnectErrorDetail, ErrorCode, ErrorKind, ErrorPhase } from './core/errors.js';
export type { Connection, ConnectionStatus } from './core/connection.js';
export type {
  MoneriumBeforeConnectDetail,
  MoneriumConnectedDetail,
  MoneriumEventMap,
  MoneriumStatusDetail,
} from './element/events.js';
export type { BackendHeaders, ExchangeFunction, ExchangeRequest } from './core/oauth/exchange.js';
export type { WalletProof, WalletProvider } from './core/oauth/wallet.js';
export type { Identity } from './core/oauth/identity.js';
export type { ConnectTexts } from './core/texts.js';
