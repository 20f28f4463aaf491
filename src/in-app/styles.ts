/** By this name the build knows a style sheet, and minifies it. */
const css = String.raw;

/** The look of the notice. It stands in the shadow root of the element, and takes its width. */
export const STYLES = css`
  [part='notice'] {
    width: 0;
    min-width: max(100%, 15em);
    margin-top: 0.5em;
    font-size: 0.875em;
    font-weight: 400;
    text-align: start;
    text-wrap: pretty;
  }

  [part='notice'] > :first-child {
    display: block;
  }

  [part='browser'],
  [part='copy'] {
    display: inline-block;
    min-height: 24px;
    margin-inline-end: 1em;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: inherit;
    text-decoration: underline;
  }

  [part='browser']:focus-visible,
  [part='link']:focus-visible {
    outline: 2px solid;
    outline-offset: 2px;
  }

  [part='link'] {
    box-sizing: border-box;
    width: 100%;
    min-height: 24px;
    font: inherit;
    direction: ltr;
  }
`;
