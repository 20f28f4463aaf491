// Without any framework, and with every declaration checked that the entries lead to. Angular reads
// the same two maps for its templates.
import {
  ConnectError,
  MoneriumConnect,
  MoneriumConnectedEvent,
  isConnectError,
  type ErrorCode,
} from 'monerium-connect';
import { MoneriumConnect as Undefined } from 'monerium-connect/element';
import 'monerium-connect/dist/monerium-connect.min.js';

const element = document.createElement('monerium-connect') satisfies MoneriumConnect;
element.clientId = '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60';
element.exchange = async ({ code, codeVerifier }, signal) => {
  signal satisfies AbortSignal;
  if (!code) throw new ConnectError('exchange_rejected', { status: 400 });
  return { profile: code, userId: codeVerifier };
};
element.addEventListener('monerium-connected', (event) => {
  event satisfies MoneriumConnectedEvent;
  event.detail.userId satisfies string;
  // @ts-expect-error The detail is read-only.
  event.detail.userId = 'another';
});
// The events bubble.
document.addEventListener('monerium-error', ({ detail }) => {
  detail.code satisfies ErrorCode;
  // @ts-expect-error There is no such key.
  void detail.message;
});
window.addEventListener('monerium-connected', ({ detail }) => detail.returnTo satisfies string);
document.addEventListener('monerium-before-connect', (event) => event.detail.mode satisfies string);
window.addEventListener('monerium-status', ({ detail }) => {
  // @ts-expect-error There is no such state.
  void (detail.status === 'no_such_state');
});
element.connect().catch((reason: unknown) => {
  // @ts-expect-error Anything may have been thrown.
  void reason.code;
  if (isConnectError(reason)) reason satisfies ConnectError;
});
if (element.connection.status === 'connected') element.connection.profile satisfies string;
if (element.connection.status === 'failed') element.connection.error satisfies ConnectError;
// @ts-expect-error Only a connected element has a profile.
void element.connection.profile;
// @ts-expect-error There are two environments.
element.environment = 'staging';
// @ts-expect-error The state is read-only.
element.status = 'connected';
new Undefined() satisfies MoneriumConnect;
