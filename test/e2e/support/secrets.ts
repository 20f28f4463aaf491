import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import type { Emulator, RecordedRequest } from '../../../demo/emulator/emulator.js';
import type { Visitor } from './browser.js';
import type { Site, SiteRequest } from './site.js';

/** The e-mail address of every customer in these tests. It must turn up nowhere but at Monerium. */
export const CANARY_EMAIL = 'canary.e-mail@shop.example';

const STATE = /mc1\.[\w-]{43}/;
const CODE = /code_[\w-]{43}/;
const TOKEN = /(access|refresh)_[\w-]{43}/;
const EMAIL = /canary\.e-mail/;
const SIGNATURE = /0x[\da-f]{130}/;
const RECORD_KEY = /^monerium-connect:mc1\.[\w-]{43}$/;

interface Places {
  site: Site;
  emulator: Emulator;
  visitor: Visitor;
}

/** Whose text may hold what, in the words of the patterns above. */
class Watch {
  readonly #secrets: RegExp[];

  constructor(verifiers: string[]) {
    const known = verifiers.map((verifier) => new RegExp(verifier));
    this.#secrets = [STATE, CODE, TOKEN, EMAIL, SIGNATURE, ...known];
  }

  check(place: string, text: string, allowed: RegExp[] = []): void {
    const names = new Set(allowed.map(String));
    for (const secret of this.#secrets) {
      if (names.has(String(secret))) continue;
      assert.doesNotMatch(text, secret, `a secret in ${place}`);
    }
  }
}

/**
 * Looks into every corner of the site's pages and at everything that was sent: codes, states,
 * verifiers, tokens and e-mail addresses may be only where the contract puts them.
 */
export async function assertNoSecrets({ site, emulator, visitor }: Places): Promise<void> {
  const pages: PageContents[] = [];
  for (const page of await visitor.context.pages()) {
    if (page.url().startsWith('http://') && new URL(page.url()).port === String(site.port)) {
      pages.push(await readPage(page));
    }
  }
  const watch = new Watch([...verifiersSent(site, emulator), ...verifiersKept(pages)]);
  watch.check('the console', [...visitor.console, ...visitor.errors].join('\n'));
  for (const page of pages) checkPage(watch, page);
  for (const request of site.requests) checkSiteRequest(watch, request);
  for (const request of emulator.requests) checkEmulatorRequest(watch, request);
}

function verifiersSent(site: Site, emulator: Emulator): string[] {
  const posted = site.posts().map(({ body }) => /"code_verifier":"([\w-]+)"/.exec(body)?.[1]);
  const given = emulator
    .tokenRequests()
    .map(({ body }) => new URLSearchParams(body).get('code_verifier'));
  return [...posted, ...given].filter((verifier) => verifier != null);
}

interface PageContents {
  readonly local: [key: string, value: string][];
  readonly session: [key: string, value: string][];
  /** Everything else, by the name of the place. */
  readonly texts: Record<string, string>;
}

function verifiersKept(pages: PageContents[]): string[] {
  const values = pages.flatMap(({ local }) => local.map(([, value]) => value));
  return values.flatMap((value) => /"codeVerifier":"([\w-]+)"/.exec(value)?.[1] ?? []);
}

function readPage(page: Page): Promise<PageContents> {
  return page.evaluate(() => {
    const dom: string[] = [];
    const errors: string[] = [];
    const visit = (root: ParentNode) => {
      for (const found of root.querySelectorAll('*')) {
        const isOurs = found.localName === 'monerium-connect';
        for (const { name, value } of found.attributes) {
          // What the page itself wrote there stays there.
          if (!isOurs || !/^(email|signature)$/.test(name)) dom.push(`${name}=${value}`);
        }
        if (found.shadowRoot) {
          dom.push(found.shadowRoot.textContent);
          visit(found.shadowRoot);
        }
        const { connection } = found as Partial<HTMLElementTagNameMap['monerium-connect']>;
        errors.push(JSON.stringify(connection) ?? '');
        if (connection?.status === 'failed') errors.push(String(connection.error.stack));
      }
    };
    visit(document);
    dom.push(document.documentElement.textContent);
    const storage = (name: 'localStorage' | 'sessionStorage') => {
      try {
        return Object.entries({ ...window[name] }) as [string, string][];
      } catch {
        return [];
      }
    };
    return {
      local: storage('localStorage'),
      session: storage('sessionStorage'),
      texts: {
        'the document': dom.join('\n'),
        'the connection': errors.join('\n'),
        'an event': JSON.stringify(window.__events ?? []),
        'the history state': JSON.stringify(history.state) ?? '',
        'the window name': window.name,
        'the address': location.href,
        'the referrer': document.referrer,
        'a cookie': location.origin === 'null' ? '' : document.cookie,
      },
    };
  });
}

function checkPage(watch: Watch, { local, session, texts }: PageContents): void {
  for (const [place, text] of Object.entries(texts)) watch.check(place, text);
  for (const [key, value] of local) {
    if (!RECORD_KEY.test(key)) watch.check(`localStorage key ${key}`, key);
    const { codeVerifier, ...rest } = JSON.parse(value) as Record<string, unknown>;
    const isRecord = codeVerifier !== undefined;
    watch.check(`localStorage ${key}`, JSON.stringify(isRecord ? rest : { codeVerifier, ...rest }));
  }
  for (const [key, value] of session) {
    const isHint = key === 'monerium-connect:tab';
    watch.check(`sessionStorage ${key}`, key + value, isHint ? [STATE] : []);
  }
}

function checkSiteRequest(watch: Watch, { method, path, url, headers, body }: SiteRequest): void {
  const isNavigation = method === 'GET' && headers['sec-fetch-dest'] === 'document';
  watch.check(`a request for ${path}`, url, isNavigation ? [STATE, CODE] : []);
  watch.check(`a header of ${path}`, JSON.stringify(headers));
  if (path === '/backend') {
    const { code_verifier: _verifier, ...rest } = JSON.parse(body || '{}') as Record<
      string,
      string
    >;
    watch.check('a post to the backend', JSON.stringify(rest), [CODE]);
  } else {
    watch.check(`the body for ${path}`, body);
  }
}

function checkEmulatorRequest(watch: Watch, request: RecordedRequest): void {
  const { path, query, body } = request;
  // What the customer and Monerium do among themselves is not ours to judge.
  if (path.startsWith('/portal/')) return;
  const { authorization = '', ...headers } = request.headers;
  watch.check(`a header of ${path}`, JSON.stringify(headers));
  if (path === '/auth') {
    watch.check(path, JSON.stringify(query), [STATE, EMAIL, SIGNATURE]);
  } else {
    const fields = new URLSearchParams(body);
    fields.delete('code_verifier');
    watch.check(`the address of ${path}`, JSON.stringify(query));
    watch.check(`the body for ${path}`, fields.toString(), [CODE, TOKEN]);
    watch.check(`the authorization of ${path}`, authorization, [TOKEN]);
  }
}
