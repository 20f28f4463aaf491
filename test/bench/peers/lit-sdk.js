// What a team would write by itself: a Lit element around Monerium's own functions.
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  parseAuthorizationResponse,
  randomPKCECodeVerifier,
} from '@monerium/sdk';
import { LitElement, css, html } from 'lit';

const KEY = 'lit-sdk';

class LitSdkConnect extends LitElement {
  static styles = css`
    button {
      font: inherit;
      padding: 0.7em 1.2em;
    }
  `;
  static properties = {
    clientId: { attribute: 'client-id' },
    redirectUri: { attribute: 'redirect-uri' },
    userId: { attribute: 'user-id', reflect: true },
    failed: { state: true },
  };

  firstUpdated() {
    const { code, state } = parseAuthorizationResponse(location.search);
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (code && state && state === kept.state) this.exchange(code, kept.codeVerifier);
  }

  async exchange(code, codeVerifier) {
    history.replaceState(history.state, '', location.pathname);
    localStorage.removeItem(KEY);
    const { clientId, redirectUri } = this;
    try {
      const grant = { clientId, redirectUri, code, codeVerifier };
      ({ userId: this.userId } = await authorizationCodeGrant(grant));
    } catch {
      this.failed = true;
    }
  }

  connect() {
    const { clientId, redirectUri } = this;
    const codeVerifier = randomPKCECodeVerifier();
    const state = randomPKCECodeVerifier();
    localStorage.setItem(KEY, JSON.stringify({ state, codeVerifier }));
    const codeChallenge = calculatePKCECodeChallenge(codeVerifier);
    location.assign(buildAuthorizationUrl({ clientId, redirectUri, codeChallenge, state }));
  }

  render() {
    if (this.userId) return html`<slot name="connected">Connected</slot>`;
    const label = this.failed ? 'Try again' : 'Connect Monerium';
    return html`<button type="button" @click=${this.connect}><slot>${label}</slot></button>`;
  }
}
customElements.define('lit-sdk-connect', LitSdkConnect);
