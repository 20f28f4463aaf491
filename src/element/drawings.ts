import { html, type TemplateResult } from 'lit';

/** The paths of the drawings, in a square of 24 units. */
const PATHS = {
  arc: 'M12 3a9 9 0 1 1-9 9',
  tick: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M8 12.5l3 3l5-6',
};

/** A drawing in the colour and size of the text around it. */
export function draw(name: keyof typeof PATHS): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
