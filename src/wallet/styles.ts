/** By this name the build knows a style sheet, and minifies it. */
const css = String.raw;

/** The look of the list of wallets, in the shadow root of the element. */
export const STYLES = css`
  [part='wallets'] {
    visibility: visible;
    pointer-events: auto;
    width: 22rem;
    padding: 0;
    border: 1px solid;
    border-radius: 0.5rem;
    text-align: start;
  }

  [part='wallets'] :is(div, ul) {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
  }

  [part='wallets'] div {
    padding: 1rem;
  }

  [part='wallets'] :is(h2, p) {
    margin: 0;
    font-size: 1.1em;
  }

  [part='wallets'] li {
    display: block;
  }

  [part='wallets'] button {
    display: flex;
    gap: 0.75rem;
    align-items: center;
    width: 100%;
    min-height: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid;
    border-radius: 0.5rem;
    background: none;
    color: inherit;
    font: inherit;
    text-align: inherit;
    cursor: pointer;
  }

  [part='wallets'] img {
    width: 2rem;
    height: 2rem;
  }

  [part='wallets'] span {
    overflow-wrap: anywhere;
  }

  [part='wallets'] small {
    display: block;
  }

  [part='wallets'] ul:not(:empty) + p {
    display: none;
  }
`;
