// The contrast ratios of an element, as defined in WCAG 2.2 (1.4.3, 1.4.11).
import type { MoneriumConnect } from '../../src/index.js';

type Rgb = readonly number[];

const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

/** The colour as shown over another colour: red, green, blue, 0 to 255. */
function paint(color: string, below: Rgb): Rgb {
  if (!context) throw new Error('There is no canvas.');
  for (const fill of [`rgb(${below.join()})`, color]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, 1, 1);
  }
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function luminance(channels: Rgb): number {
  const [r = 0, g = 0, b = 0] = channels.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

interface Pair {
  readonly what: string;
  readonly least: number;
  readonly ratio: number;
}

/** The ratio of each part to its background. Required: text 4.5 : 1, icons and edges 3 : 1. */
export function measure(element: MoneriumConnect, page: Rgb): Pair[] {
  const styleOf = (selector: string) => {
    const part = element.shadowRoot?.querySelector(selector);
    return part && getComputedStyle(part);
  };
  const pair = (what: string, color: string, below: Rgb, least: number): Pair => ({
    what,
    least,
    ratio: contrast(paint(color, below), below),
  });
  const pairs = ['message', 'reopen', 'cancel', 'status'].map((part) => {
    const style = styleOf(`[part=${part}]`);
    return style && pair(part, style.color, page, 4.5);
  });
  const tick = styleOf('[part=tick]');
  pairs.push(tick && pair('tick', tick.color, page, 3));
  const button = element.disabled ? undefined : styleOf('[part=button]');
  if (!button) return pairs.filter((found) => found != null);
  const below = paint(button.backgroundColor, page);
  pairs.push(pair('label', button.color, below, 4.5));
  for (const part of ['icon', 'spinner']) {
    const mark = styleOf(`[part=${part}] svg`);
    pairs.push(mark && pair(part, mark.stroke, below, 3));
  }
  const best = (what: string, colors: Rgb[]): Pair => ({
    what,
    least: 3,
    ratio: Math.max(...colors.map((color) => contrast(color, page))),
  });
  if (element.appearance !== 'plain') {
    pairs.push(best('edge', [below, paint(button.borderTopColor, below)]));
  }
  if (button.outlineStyle !== 'none') {
    const [shadow = button.outlineColor] = /^\w+\([^)]*\)/.exec(button.boxShadow) ?? [];
    pairs.push(
      best(
        'focus',
        [button.outlineColor, shadow].map((color) => paint(color, page)),
      ),
    );
  }
  return pairs.filter((found) => found != null);
}
