// Auth0's client brings no element: the button is the page's own.
import { Auth0Client } from '@auth0/auth0-spa-js';

const place = document.querySelector('#connect');
const attribute = (name) => place.getAttribute(name);
const client = new Auth0Client({
  domain: attribute('api-url'),
  clientId: attribute('client-id'),
  authorizationParams: { redirect_uri: attribute('redirect-uri') },
});

const button = document.createElement('button');
button.textContent = 'Connect';
button.onclick = () => client.loginWithRedirect();
place.append(button);

if (location.search.includes('code=') && location.search.includes('state=')) {
  await client.handleRedirectCallback();
  history.replaceState(null, '', location.pathname);
  const user = await client.getUser();
  place.setAttribute('user-id', user.sub);
  button.remove();
}
