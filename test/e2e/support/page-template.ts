import { DEMO_CLIENT_ID } from '../../../src/testing/emulator/emulator.js';
import { RECORDER } from './recorder.js';

export interface RecordedEvent {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** `id` of the element that fired it. */
  readonly target: string;
}

/**
 * The element's script. The browser requests it before the element can clean up the address, so
 * the tag keeps the address out of the `Referer` header.
 */
export const SCRIPT_TAG =
  '<script type="module" src="/monerium-connect.js" referrerpolicy="no-referrer"></script>';

export interface PageParts {
  /** HTML between the recorder and the element's script. */
  before?: string;
  /** The element's script. */
  script?: string;
  body?: string;
  title?: string;
  /** Whether the page of the redirect URI opens the next page. Otherwise a test can read it. */
  comesBack?: boolean;
}

export function pageWith(parts: PageParts) {
  const { before = '', script = SCRIPT_TAG, body = '', title, comesBack } = parts;
  return `<!doctype html>
<html lang="en"${comesBack ? '' : ' data-stays'}>
<head><meta charset="utf-8"><title>${title ?? 'Shop'}</title>
<script data-recorder>${RECORDER}</script>${before}${script}</head>
<body><h1>Shop</h1>${body}</body>
</html>`;
}

export type Attributes = Record<string, string | boolean | undefined>;

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** The markup of an element. `undefined` and `false` leave an attribute out. */
export function element(apiUrl: string, attributes: Attributes = {}, content = ''): string {
  const all: Attributes = {
    'client-id': DEMO_CLIENT_ID,
    'api-url': apiUrl,
    'backend-url': '/backend',
    ...attributes,
  };
  const written = Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return '';
    return value === true ? ` ${name}` : ` ${name}="${escape(value)}"`;
  });
  return `<monerium-connect${written.join('')}>${content}</monerium-connect>`;
}
