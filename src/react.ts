/** `monerium-connect/react`. It only re-exports: a bundler drops what an app does not use. */
export { MoneriumConnect, type MoneriumConnectProps } from './react-component.js';
export {
  useMoneriumConnection,
  type MoneriumConnection,
  type MoneriumConnectionOptions,
} from './react-connection.js';
