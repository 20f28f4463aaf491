import { describe, it } from 'node:test';
import { expect } from 'chai';
import { suggestAttribute } from '../../src/notes/attribute-names.js';

// prettier-ignore
const KNOWN = [
  'client-id', 'environment', 'api-url', 'redirect-uri', 'backend-url', 'backend-credentials',
  'mode', 'email', 'auth-mode', 'skip-kyc', 'chain', 'timeout',
  'success-url', 'profile', 'user-id', 'disabled',
];

describe('suggestAttribute', () => {
  for (const [written, meant] of [
    ['backend_url', 'backend-url'],
    ['backendurl', 'backend-url'],
    ['BackendUrl', 'backend-url'],
    ['backend--url', 'backend-url'],
    ['backend-uri', 'backend-url'],
    ['backend-ur', 'backend-url'],
    ['bakend-url', 'backend-url'],
    ['backend-urls', 'backend-url'],
    ['clientid', 'client-id'],
    ['client_id', 'client-id'],
    ['cliend-id', 'client-id'],
    ['redirect-url', 'redirect-uri'],
    ['redirecturi', 'redirect-uri'],
    ['api-uri', 'api-url'],
    ['e-mail', 'email'],
    ['userid', 'user-id'],
    ['skipkyc', 'skip-kyc'],
    ['time-out', 'timeout'],
    ['timeouts', 'timeout'],
    ['enviroment', 'environment'],
    ['sucess-url', 'success-url'],
    ['disable', 'disabled'],
  ] as const) {
    it(`finds ${meant} for ${written}`, () => {
      expect(suggestAttribute(written, KNOWN)).to.equal(meant);
    });
  }

  it('finds a name of fewer than six letters only when its letters are the same', () => {
    expect(suggestAttribute('mo-de', KNOWN)).to.equal('mode');
    for (const name of ['mod', 'node', 'modes', 'chan', 'main', 'mail', 'emails']) {
      expect(suggestAttribute(name, KNOWN), name).to.equal(undefined);
    }
  });

  it('finds nothing for a name that differs by three letters or more', () => {
    const names = ['backend', 'backend-path', 'back-url', 'api-key', 'variant', 'onclick', 'url'];
    for (const name of [...names, 'user-name', 'redirect', 'x'.repeat(1000), '', '-', '_', 'ö']) {
      expect(suggestAttribute(name, KNOWN), name).to.equal(undefined);
    }
  });

  it('finds every known name for itself, and nothing where nothing is known', () => {
    for (const name of KNOWN) expect(suggestAttribute(name, KNOWN)).to.equal(name);
    expect(suggestAttribute('backend_url', [])).to.equal(undefined);
  });

  it('takes no attribute that any element may have for one of ours', () => {
    // prettier-ignore
    const global = [
      'accesskey', 'autocapitalize', 'autofocus', 'class', 'contenteditable', 'dir', 'hidden',
      'draggable', 'enterkeyhint', 'exportparts', 'inert', 'inputmode', 'is', 'itemid', 'id',
      'itemprop', 'itemref', 'itemscope', 'itemtype', 'lang', 'nonce', 'part', 'popover',
      'role', 'slot', 'spellcheck', 'style', 'tabindex', 'title', 'translate', 'data-id',
      'aria-label', 'aria-disabled', 'aria-describedby', 'aria-busy', 'data-testid', 'onload',
      'onclick', 'onerror', 'v-cloak', 'x-data', 'data-turbo-permanent', 'hx-get', 'ng-if',
      'wire:model', '@click', ':class', 'data-reactroot', 'data-controller', 'name', 'form',
    ];
    const mistaken = global.filter((name) => suggestAttribute(name, KNOWN));
    expect(mistaken).to.deep.equal([]);
  });
});
