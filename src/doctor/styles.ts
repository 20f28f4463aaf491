/** By this name the build knows a style sheet, and minifies it. */
const css = String.raw;

/** The look of the panel, in its own shadow root. */
export const STYLES = css`
  :host {
    all: initial;
    position: fixed;
    inset-block-end: 0.75rem;
    inset-inline-start: 0.75rem;
    z-index: 2147483647;
    color-scheme: light dark;
    font:
      14px/1.45 system-ui,
      sans-serif;
  }

  * {
    box-sizing: border-box;
  }

  section {
    display: flex;
    flex-direction: column;
    direction: ltr;
    width: min(26rem, calc(100vw - 1.5rem));
    max-height: calc(100vh - 1.5rem);
    overflow: hidden;
    border: 1px solid light-dark(#8a8f98, #7d838d);
    border-radius: 10px;
    background: light-dark(#fff, #1b1e24);
    color: light-dark(#1c1f24, #eceef1);
    text-align: left;
    box-shadow: 0 6px 24px rgb(0 0 0 / 25%);
  }

  button {
    min-height: 2rem;
    padding: 0.25rem 0.75rem;
    border: 1px solid light-dark(#767b84, #8b919b);
    border-radius: 6px;
    background: light-dark(#f3f4f6, #2a2e36);
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  a {
    color: light-dark(#0b57d0, #8ab4f8);
  }

  :focus-visible {
    outline: 3px solid light-dark(#0b57d0, #8ab4f8);
    outline-offset: -3px;
  }

  header {
    display: flex;
  }

  header button {
    min-width: 2.75rem;
    border: 0;
    border-radius: 0;
  }

  .toggle {
    display: flex;
    flex: 1;
    gap: 0.5rem;
    align-items: center;
    min-height: 2.75rem;
    font-weight: 600;
    text-align: left;
  }

  .toggle::before {
    content: '';
    flex: none;
    width: 0.75rem;
    height: 0.75rem;
    border-radius: 50%;
    background: light-dark(#1a7f37, #3fb950);
    forced-color-adjust: none;
  }

  .toggle::after {
    content: '▸';
    margin-inline-start: auto;
  }

  .toggle[aria-expanded='true']::after {
    transform: rotate(90deg);
  }

  .toggle.advice::before {
    background: light-dark(#9a6700, #d29922);
  }

  .toggle.problem::before {
    background: light-dark(#b3261e, #ff7b72);
  }

  .body {
    flex: 1;
    min-height: 0;
    padding: 0 1rem 1rem;
    overflow: auto;
    overflow-wrap: anywhere;
    border-top: 1px solid light-dark(#d0d4da, #3a3f48);
  }

  :host([hidden]),
  [hidden] {
    display: none;
  }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0.75rem 0 0;
    padding: 0;
    font-size: 1em;
  }

  li {
    margin-top: 0.75rem;
    padding-left: 0.75rem;
    border-left: 4px solid light-dark(#1a7f37, #3fb950);
    list-style: none;
  }

  li.problem {
    border-color: light-dark(#b3261e, #ff7b72);
  }

  li.advice {
    border-color: light-dark(#9a6700, #d29922);
  }

  li p {
    margin-top: 0.125rem;
  }

  ol li {
    margin-top: 0.25rem;
    padding: 0;
    border: 0;
  }

  code,
  ol {
    font:
      12.5px/1.5 ui-monospace,
      monospace;
  }

  summary {
    margin-top: 0.75rem;
    cursor: pointer;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 1rem;
  }
`;
