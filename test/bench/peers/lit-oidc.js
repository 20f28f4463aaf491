// The closest peer: a Lit button around oidc-client-ts. Monerium has no discovery document, so the
// endpoints are given, and `/auth/context` says who the customer is.
import { LitElement, css, html } from 'lit';
import { UserManager } from 'oidc-client-ts';

class LitOidcConnect extends LitElement {
  static styles = css`
    button {
      font: inherit;
      padding: 0.7em 1.2em;
    }
  `;
  static properties = {
    apiUrl: { attribute: 'api-url' },
    clientId: { attribute: 'client-id' },
    redirectUri: { attribute: 'redirect-uri' },
    userId: { attribute: 'user-id', reflect: true },
    failed: { state: true },
  };

  firstUpdated() {
    const { apiUrl: issuer, clientId, redirectUri } = this;
    this.manager = new UserManager({
      authority: issuer,
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'profile',
      metadata: {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/auth/token`,
      },
    });
    if (location.search.includes('code=') && location.search.includes('state=')) this.complete();
  }

  async complete() {
    try {
      const { access_token: token } = await this.manager.signinRedirectCallback();
      history.replaceState(null, '', location.pathname);
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.monerium.api-v2+json',
      };
      const context = await (await fetch(`${this.apiUrl}/auth/context`, { headers })).json();
      this.userId = context.userId;
    } catch {
      this.failed = true;
    }
  }

  render() {
    if (this.userId) return html`<slot name="connected">Connected</slot>`;
    const label = this.failed ? 'Try again' : 'Connect Monerium';
    const click = () => this.manager.signinRedirect();
    return html`<button type="button" @click=${click}><slot>${label}</slot></button>`;
  }
}
customElements.define('lit-oidc-connect', LitOidcConnect);
