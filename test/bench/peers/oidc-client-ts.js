// oidc-client-ts brings no element: the button is the page's own. Monerium has no discovery
// document, so the endpoints are given, and `/auth/context` says who the customer is. Nor does it
// give ID tokens: without `openid` in the scope the library wants none.
import { UserManager } from 'oidc-client-ts';

const place = document.querySelector('#connect');
const api = place.getAttribute('api-url');
const manager = new UserManager({
  authority: api,
  client_id: place.getAttribute('client-id'),
  redirect_uri: place.getAttribute('redirect-uri'),
  scope: 'profile',
  metadata: {
    issuer: api,
    authorization_endpoint: `${api}/auth`,
    token_endpoint: `${api}/auth/token`,
  },
});

const button = document.createElement('button');
button.textContent = 'Connect';
button.onclick = () => manager.signinRedirect();
place.append(button);

if (location.search.includes('code=') && location.search.includes('state=')) {
  const { access_token: token } = await manager.signinRedirectCallback();
  history.replaceState(null, '', location.pathname);
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.monerium.api-v2+json',
  };
  const context = await (await fetch(`${api}/auth/context`, { headers })).json();
  place.setAttribute('user-id', context.userId);
  button.remove();
}
