import { css } from 'lit';

/**
 * The look. Text outside the button has the page's own text colour, and marks and errors have its
 * lightness: it can be read on a dark page that does not say `color-scheme`. The text of the
 * button is black or white, whichever has more contrast: at a luminance of 0.179 both have
 * 4.58 : 1.
 */
export const styles = css`
  :host {
    --_accent: var(--monerium-connect-accent, light-dark(#16325c, #dbe7fb));
    display: inline-block;
    max-width: 100%;
    text-align: start;
    font-weight: 600;
    line-height: 1.4;
  }

  :host([hidden]) {
    display: none;
  }

  [part='button'],
  [part='status'] {
    display: flex;
    align-items: center;
    box-sizing: border-box;
    gap: 0.6em;
    text-wrap: balance;
  }

  button {
    font: inherit;
    text-align: start;
    cursor: pointer;
  }

  button:focus-visible,
  [part='status']:focus-visible {
    outline: 2px solid;
    outline-offset: 2px;
  }

  /* Without a button: the customer is connected. */
  :where([part='button'], [part='status']:first-child, .room) {
    justify-content: center;
    min-height: 44px;
    padding: var(--monerium-connect-padding, 0.5em 1.2em);
    border: 1px solid transparent;
    border-radius: var(--monerium-connect-radius, 0.5rem);
  }

  [part='button'] {
    width: 100%;
    border-color: color-mix(in srgb, currentColor 50%, transparent);
    background: var(--monerium-connect-background, var(--_accent));
    color: var(--monerium-connect-color, light-dark(#fff, #0f2444));
  }

  [part='button']:active {
    translate: 0 1px;
  }

  .filled:focus-visible {
    outline-color: var(--_accent);
    box-shadow: 0 0 0 2px;
  }

  .checking > * {
    animation: 1s step-end show;
  }

  @keyframes show {
    from {
      stroke-dashoffset: 60;
      opacity: 0;
    }
  }

  @supports (color: lab(from red l a b)) {
    [part='button'] {
      --_y: clamp(0, (0.179 - y) * 999999, 1.2);
      color: var(
        --monerium-connect-color,
        color(from var(--_accent) xyz var(--_y) var(--_y) var(--_y))
      );
    }

    /* Away from the label, which gains contrast. */
    .filled:hover {
      box-shadow: inset 0 0 0 9em hsl(0 0% calc(100% - var(--_y) * 100%) / 0.1);
    }

    [part='tick'] {
      color: lab(from currentColor clamp(30, l, 85) -45 30);
    }

    [part='message']:not(.cancelled) {
      color: var(--monerium-connect-error-color, lab(from currentColor clamp(30, l, 85) 55 30));
    }
  }

  .outlined,
  .plain {
    background: none;
    color: inherit;
  }

  .plain {
    border-color: transparent;
  }

  .outlined:hover,
  .plain:hover {
    border-color: currentColor;
  }

  .small {
    min-height: 24px;
    padding-block: 0.1em;
    font-size: 0.875em;
  }

  .large {
    min-height: 52px;
    font-size: 1.125em;
  }

  button:disabled {
    opacity: 0.55;
    cursor: auto;
  }

  svg {
    display: block;
    width: 1.25em;
    height: 1.25em;
    fill: none;
    stroke: currentColor;
    stroke-width: 3;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  /* The idle row keeps the width: another one takes its place without adding to it. */
  [part='button'],
  .room {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }

  .row {
    display: flex;
    grid-area: 1 / 1;
    align-items: center;
    justify-content: center;
    gap: 0.6em;
  }

  /* The code of a failure. */
  bdi {
    font-size: 0.875em;
    opacity: 0.8;
  }

  .row:not(:last-child) {
    visibility: hidden;
  }

  /* As wide as its longest line, where the spinner and its gap would be in front. */
  .long {
    height: 0;
    padding-inline-start: 1.85em;
    /* The first line is that of a connected customer, who sees less padding: see .kept. */
    text-indent: -1.6em;
    overflow: hidden;
    white-space: pre;
  }

  .long::before {
    content: attr(data-lines);
  }

  .now,
  .kept,
  [name='trigger'] ~ [part='status'] {
    width: 0;
    min-width: 100%;
  }

  [part='hint'],
  [part='message'] {
    display: block;
    margin-top: 0.5em;
    font-weight: 400;
  }

  /* A text in a language of its own. */
  [lang] {
    display: inline-block;
  }

  .now button {
    min-height: 24px;
    margin: 0.4em 0 0;
    margin-inline-end: 1.2em;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: 400;
    text-decoration: underline;
  }

  /* In the width of the idle button, whose text may be shorter. */
  .kept {
    padding-inline: 0.4em;
  }

  /* What would be there with a button: its width stays. */
  .room {
    min-height: 0;
    height: 0;
    padding-block: 0;
    border-block-width: 0;
    overflow: hidden;
    visibility: hidden;
    /* Its text must not become the baseline of the element. */
    contain: layout;
  }

  .icon-only [part='button'] {
    aspect-ratio: 1;
    width: auto;
    padding: 0;
  }

  .icon-only ~ * {
    min-width: 16em;
  }

  .for-screen-readers,
  .icon-only .row > :not(:first-child) {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media not (prefers-reduced-motion) {
    [part='spinner'] {
      animation: 1s linear infinite turn;
    }

    /* Drawn along its path, which is shorter than the dash. */
    [part='tick'] {
      stroke-dasharray: 60;
      animation: 0.25s show;
    }
  }

  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
`;
