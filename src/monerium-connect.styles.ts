import { css } from 'lit';

/**
 * The look. Colours follow the page's `color-scheme`, not the system alone. An engine that does not
 * know `light-dark()` shows an outlined button in the page's own colours.
 */
export const styles = css`
  :host {
    display: inline-block;
    font: var(--monerium-connect-font, 600 1rem/1.4 system-ui, sans-serif);
  }

  :host([hidden]) {
    display: none;
  }

  [part='button'],
  [part='status'] {
    display: flex;
    align-items: center;
    gap: 0.6em;
  }

  button {
    font: inherit;
    cursor: pointer;
  }

  [part='button'] {
    padding: var(--monerium-connect-padding, 0.7em 1.2em);
    border: 1px solid;
    border-radius: var(--monerium-connect-radius, 0.5rem);
    background: var(--monerium-connect-background, light-dark(#16325c, #dbe7fb));
    color: var(--monerium-connect-color, light-dark(#fff, #0f2444));
  }

  [part='status'] ~ button {
    padding: 0.6em 0.6em 0;
    border: 0;
    background: none;
    color: inherit;
    text-decoration: underline;
  }

  button:hover {
    filter: brightness(1.2);
  }

  button:disabled {
    opacity: 0.55;
    cursor: auto;
  }

  .ring {
    display: grid;
    flex: none;
    place-content: center;
    width: 1.25em;
    height: 1.25em;
    border: 2px solid;
    border-radius: 50%;
    line-height: 1;
  }

  [part='spinner'] {
    border-style: dotted;
  }

  [part='message'] {
    max-width: 30em;
    margin-top: 0.5em;
    font-weight: 400;
    color: var(--monerium-connect-error-color, light-dark(#a11422, #ffb0b0));
  }

  .news {
    position: absolute;
    clip-path: inset(50%);
  }

  @media not (prefers-reduced-motion) {
    [part='spinner'] {
      animation: 2s linear infinite turn;
    }
  }

  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
`;
