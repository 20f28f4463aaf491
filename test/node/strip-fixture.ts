import { it } from 'node:test';
import { expect } from 'chai';

/** The parameters of an authorization response. */
export const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/** A test of what `strip` leaves of URLs. Those of the rows follow the address of the page. */
export const stripsOf =
  (strip: (href: string) => string, page: string) =>
  (title: string, rows: readonly (readonly [url: string, expected: string])[]): void => {
    it(title, () => {
      for (const [url, expected] of rows) {
        expect(strip(page + url), url).to.equal(page + expected);
      }
    });
  };
