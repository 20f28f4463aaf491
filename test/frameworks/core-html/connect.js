import { createConnector } from 'monerium-connect/core';

const connector = createConnector({
  clientId: '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60',
  apiUrl: '/monerium',
  backendUrl: '/api/monerium',
});
const connect = document.querySelector('#connect');
const disconnect = document.querySelector('#disconnect');
const result = document.querySelector('#result');

const LABELS = { idle: 'Connect', failed: 'Try again', connected: 'Connected' };

function show() {
  const { status, userId, error } = connector.connection;
  connect.textContent = LABELS[status] ?? 'Please wait';
  connect.disabled = !['idle', 'failed'].includes(status);
  disconnect.hidden = status !== 'connected';
  result.value = userId ? `Connected as ${userId}` : (error?.code ?? '');
}

connector.subscribe((event) => {
  if (event.type === 'status') show();
  if (event.type === 'connected') history.replaceState(null, '', event.returnTo);
});
connect.addEventListener('click', () => connector.connect());
disconnect.addEventListener('click', () => connector.disconnect());
show();
