import { html, type TemplateResult } from 'lit';

const RING = 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18';

/** The paths of the drawings, in a square of 24 units. */
const PATHS = {
  arc: 'M12 3a9 9 0 1 1-9 9',
  tick: `${RING}M8 12.5l3 3l5-6`,
  alert: `${RING}M12 7.5v5M12 16v.2`,
};

/** A drawing in the colour and size of the text around it. */
export function draw(name: keyof typeof PATHS): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
