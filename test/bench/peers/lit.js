// The floor: a button of Lit with a style sheet and a click. It connects nobody.
import { LitElement, css, html } from 'lit';

class LitButton extends LitElement {
  static styles = css`
    button {
      font: inherit;
      padding: 0.7em 1.2em;
    }
  `;
  static properties = { clicks: { state: true } };

  constructor() {
    super();
    this.clicks = 0;
  }

  render() {
    const click = () => (this.clicks += 1);
    return html`<button type="button" @click=${click}><slot>Connect Monerium</slot></button>`;
  }
}
customElements.define('lit-button', LitButton);
