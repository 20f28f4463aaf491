// The limit: the whole flow in forty lines of a plain custom element, without a look, without any
// fault looked after. With `patient` it waits for DOMContentLoaded before it sends the code.
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

class BareConnect extends HTMLElement {
  async connectedCallback() {
    this.innerHTML = '<button type="button">Connect Monerium</button>';
    this.firstChild.onclick = () => this.leave();
    const query = new URLSearchParams(location.search);
    if (query.get('code') && query.get('state') === localStorage.state) await this.exchange(query);
    this.verifier = random();
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(this.verifier));
    this.challenge = base64url(new Uint8Array(digest));
  }

  fields(more) {
    const own = { client_id: this.getAttribute('client-id') };
    return new URLSearchParams({
      ...own,
      redirect_uri: this.getAttribute('redirect-uri'),
      ...more,
    });
  }

  leave() {
    const state = (localStorage.state = random());
    localStorage.verifier = this.verifier;
    const pkce = { code_challenge: this.challenge, code_challenge_method: 'S256' };
    const query = this.fields({ response_type: 'code', state, ...pkce });
    location.assign(`${this.getAttribute('api-url')}/auth?${query}`);
  }

  async exchange(query) {
    history.replaceState(null, '', location.pathname);
    if (this.hasAttribute('patient'))
      await new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }));
    const grant = { grant_type: 'authorization_code', code: query.get('code') };
    const body = this.fields({ ...grant, code_verifier: localStorage.verifier });
    localStorage.clear();
    const url = `${this.getAttribute('api-url')}/auth/token`;
    const { userId } = await (await fetch(url, { method: 'POST', body })).json();
    this.setAttribute('user-id', userId);
    this.innerHTML = 'Connected';
  }
}
customElements.define('bare-connect', BareConnect);
