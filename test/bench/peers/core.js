// The core of monerium-connect alone: its whole flow behind a button of the page.
import { createConnector } from '../../../dist/core.js';

const place = document.querySelector('#connect');
const connector = createConnector({
  clientId: place.getAttribute('client-id'),
  apiUrl: place.getAttribute('api-url'),
  redirectUri: place.getAttribute('redirect-uri') ?? undefined,
});
const button = document.createElement('button');
button.textContent = 'Connect';
button.onclick = () => connector.connect();
place.append(button);
connector.subscribe((event) => {
  if (event.type !== 'connected') return;
  place.setAttribute('user-id', event.identity.userId);
  button.remove();
});
