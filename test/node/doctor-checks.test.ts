// The checks of the doctor are pure: facts in, findings out. Each fact that can be wrong is made
// wrong here, alone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { check } from '../../src/doctor/checks.js';
import type {
  BackendFacts,
  Facts,
  Probe,
  RedirectFacts,
  ScriptFacts,
} from '../../src/doctor/facts.js';
import type { Finding } from '../../src/doctor/finding.js';

const ORIGIN = 'https://shop.example';
const API = 'https://api.monerium.dev';
const BACKEND = `${ORIGIN}/api/monerium`;
const REFUSED: Probe = { kind: 'answer', status: 400, type: 'application/json', isJson: true };
const SCRIPT: ScriptFacts = {
  src: 'https://cdn.example/monerium-connect@1.2.3/dist/monerium-connect.min.js',
  file: 'monerium-connect.min.js',
  version: '1.2.3',
  isForeign: true,
  hasCrossOrigin: true,
  integrity: 'fits',
};

const REDIRECT: RedirectFacts = {
  redirectUri: `${ORIGIN}/connect`,
  status: 200,
  href: `${ORIGIN}/connect`,
  keepsQuery: true,
  hasElement: true,
  script: 'ours',
};

const HEALTHY: Facts = {
  attributes: {
    misspelled: [],
    fault: undefined,
    hasClientId: true,
    redirectUri: undefined,
    isStayConnected: false,
    isTimeoutInvalid: false,
    isIdentityIncomplete: false,
  },
  settings: {
    clientId: '6b6f4a0e-5b0c-4d0e-9a6e-0d6f6f1c2a3b',
    apiUrl: API,
    mode: 'redirect',
    exchange: 'backend',
    backendUrl: BACKEND,
    backendCredentials: 'same-origin',
  },
  page: {
    href: `${ORIGIN}/connect`,
    origin: ORIGIN,
    baseOrigin: ORIGIN,
    isSecure: true,
    isFramed: false,
    sandbox: undefined,
    storage: 'works',
    openerPolicy: '',
    clockOffset: 900,
    violations: [],
  },
  redirects: [REDIRECT],
  backend: { post: REFUSED, session: undefined },
  isApiReachable: true,
  wallet: { wanted: '', isLoaded: false, fault: undefined, count: 0 },
  scripts: [SCRIPT],
  flow: { lost: undefined, differences: [], failure: undefined },
};

/** Changes of single fields, by the part of the facts that they belong to. */
type Changes = { [Part in keyof Facts]?: Partial<NonNullable<Facts[Part]>> | undefined };

function facts(changes: Changes): Facts {
  const parts = Object.entries(changes).map(([part, fields]) => {
    const isPlain = typeof fields === 'object' && !Array.isArray(fields);
    return [part, isPlain ? { ...(HEALTHY[part as keyof Facts] as object), ...fields } : fields];
  });
  return { ...HEALTHY, ...Object.fromEntries(parts) } as Facts;
}

const post = (answer: Probe): Changes => ({ backend: { post: answer } });
const answer = (status: number, type = 'application/json', isJson = true): Changes =>
  post({ kind: 'answer', status, type, isJson });
const session = (answered: Probe): BackendFacts => ({ post: REFUSED, session: answered });
const redirect = (fields: Partial<RedirectFacts>): Changes => ({
  redirects: [{ ...REDIRECT, ...fields }],
});
/** The redirect URI is another page than the one with the doctor. */
const elsewhere = (fields: Partial<RedirectFacts>): Changes => ({
  ...redirect(fields),
  page: { href: `${ORIGIN}/shop` },
});
const violation = (directive: string, blocked: string): Changes => ({
  page: { violations: [{ directive, blocked }] },
});

/** Each fault, and the one finding that it leads to. */
const PROBLEMS: Record<string, Changes[]> = {
  'attribute-name': [
    { attributes: { misspelled: [{ name: 'backend_url', meant: 'backend-url' }] } },
  ],
  'attribute-value': [
    { attributes: { fault: 'mode needs redirect or popup' }, settings: undefined },
    { attributes: { fault: 'redirect-uri needs no fragment' }, settings: undefined },
  ],
  'redirect-uri-origin': [
    { attributes: { fault: 'redirect-uri needs this origin' }, settings: undefined },
  ],
  'identity-incomplete': [{ attributes: { isIdentityIncomplete: true } }],
  'client-id-missing': [
    { attributes: { hasClientId: false }, settings: undefined },
    { attributes: { hasClientId: false, fault: 'client-id needs the ID' }, settings: undefined },
  ],
  'client-id-shape': [
    { settings: { clientId: 'f'.repeat(64) } },
    { settings: { clientId: 'your-client-id' } },
  ],
  'insecure-context': [{ page: { isSecure: false } }],
  'storage-blocked': [{ page: { storage: 'refuses' } }],
  'storage-lost': [{ page: { storage: 'forgets' } }],
  'script-versions': [
    { scripts: [SCRIPT, { ...SCRIPT, file: 'monerium-connect.wallet.min.js', version: '1.2.4' }] },
  ],
  'script-twice': [
    { scripts: [SCRIPT, { ...SCRIPT, file: 'monerium-connect.iife.min.js' }] },
    { scripts: [SCRIPT, SCRIPT] },
  ],
  'integrity-mismatch': [{ scripts: [{ ...SCRIPT, integrity: 'differs' }] }],
  'integrity-crossorigin': [{ scripts: [{ ...SCRIPT, hasCrossOrigin: false }] }],
  'policy-connect-src': [
    violation('connect-src', BACKEND),
    { ...violation('connect-src', BACKEND), ...post({ kind: 'unreachable' }) },
  ],
  'policy-script-src': [
    violation('script-src-elem', `${ORIGIN}/locales/de.min.js`),
    violation('script-src', `${ORIGIN}/monerium-connect.doctor.min.js`),
  ],
  'frame-redirect': [{ page: { isFramed: true } }],
  'frame-sandbox': [
    { page: { isFramed: true, sandbox: ['allow-scripts'] }, settings: { mode: 'auto' } },
    { page: { isFramed: true, sandbox: [''] }, settings: { mode: 'popup' } },
  ],
  'wallet-file': [{ wallet: { wanted: 'sign-in' } }],
  'wallet-attributes': [
    { wallet: { wanted: 'sign-in', isLoaded: true, fault: 'app-name needs a name' } },
  ],
  'redirect-uri-missing': [redirect({ status: 404 }), redirect({ status: 500 })],
  'redirect-uri-slash': [
    redirect({ href: `${ORIGIN}/connect/` }),
    redirect({ href: `${ORIGIN}/connect/`, keepsQuery: false }),
    redirect({ redirectUri: `${ORIGIN}/connect/` }),
    { ...redirect({ href: `${ORIGIN}/connect/` }), flow: { lost: REDIRECT.redirectUri } },
  ],
  'redirect-uri-moved': [
    redirect({ href: `${ORIGIN}/login` }),
    redirect({
      status: 0,
      href: undefined,
      keepsQuery: undefined,
      hasElement: false,
      script: 'none',
    }),
  ],
  'redirect-uri-query': [
    redirect({ keepsQuery: false }),
    { ...redirect({ keepsQuery: false }), flow: { lost: REDIRECT.redirectUri } },
  ],
  'api-unreachable': [{ isApiReachable: false }],
  'backend-redirect': [
    post({ kind: 'redirect' }),
    { backend: { post: { kind: 'redirect' }, session: { kind: 'redirect' } } },
  ],
  'backend-cors': [post({ kind: 'cors' })],
  'backend-unreachable': [post({ kind: 'unreachable' })],
  'backend-missing': [answer(404, 'text/html', false), answer(405)],
  'backend-forbidden': [answer(401), answer(403)],
  'backend-media-type': [answer(415)],
  'backend-fails': [answer(500), answer(503, 'text/html', false)],
  'backend-not-json': [answer(200, 'text/html', false), answer(400, '', false)],
  'backend-accepts-all': [answer(200), answer(204)],
  'stay-connected': [
    { backend: session({ kind: 'answer', status: 405, type: '', isJson: false }) },
    { backend: session({ kind: 'answer', status: 200, type: 'text/html', isJson: false }) },
    { backend: session({ kind: 'redirect' }) },
    { backend: session({ kind: 'cors' }) },
  ],
  'stay-connected-backend': [
    { attributes: { isStayConnected: true }, settings: { exchange: 'direct' }, backend: undefined },
    { attributes: { isStayConnected: true }, settings: { exchange: 'custom' }, backend: undefined },
  ],
  clock: [{ page: { clockOffset: 61_000 } }, { page: { clockOffset: -3_600_000 } }],
  'flow-lost': [{ flow: { lost: `${ORIGIN}/connect` } }],
  'attributes-differ': [{ flow: { differences: [{ name: 'client-id', begun: 'a', here: 'b' }] } }],
  exchange_rejected: [{ flow: { failure: { code: 'exchange_rejected', hint: 'POST … 400' } } }],
};

const ADVICE: Record<string, Changes[]> = {
  'timeout-value': [{ attributes: { isTimeoutInvalid: true } }],
  'base-element': [{ page: { baseOrigin: 'https://cdn.example' } }],
  'integrity-missing': [{ scripts: [{ ...SCRIPT, integrity: 'none' }] }],
  'opener-policy': [{ page: { openerPolicy: 'same-origin' }, settings: { mode: 'popup' } }],
  'wallet-none': [{ wallet: { wanted: 'sign-in', isLoaded: true } }],
  'redirect-uri-element': [
    elsewhere({ hasElement: false }),
    elsewhere({ script: 'none' }),
    elsewhere({ script: 'other' }),
    { ...elsewhere({ script: 'none' }), scripts: [] },
  ],
  'backend-absent': [{ settings: { exchange: 'direct' }, backend: undefined }],
  'backend-cookies': [{ settings: { backendUrl: 'https://api.shop.example/monerium' } }],
};

/** What may replace a healthy fact. */
const HARMLESS: Changes[] = [
  {},
  { settings: { exchange: 'custom' }, backend: undefined },
  { settings: { backendUrl: 'https://api.shop.example/x', backendCredentials: 'include' } },
  { settings: { backendUrl: 'https://api.shop.example/x', backendCredentials: 'omit' } },
  { page: { isFramed: true }, settings: { mode: 'auto' } },
  { page: { isFramed: true, sandbox: ['allow-popups'] }, settings: { mode: 'popup' } },
  { page: { openerPolicy: 'same-origin' } },
  { page: { openerPolicy: 'same-origin-allow-popups' }, settings: { mode: 'popup' } },
  { page: { clockOffset: undefined } },
  { page: { clockOffset: -60_000 } },
  { redirects: [] },
  elsewhere({}),
  { ...elsewhere({ script: 'other' }), scripts: [] },
  redirect({ hasElement: false, script: 'other' }),
  redirect({ redirectUri: ORIGIN, href: `${ORIGIN}/` }),
  { page: { openerPolicy: 'same-origin' }, settings: { mode: 'auto' } },
  { isApiReachable: undefined },
  { wallet: { wanted: 'none' } },
  { wallet: { wanted: 'sign-in', isLoaded: true, count: 2 } },
  { scripts: [] },
  { scripts: [SCRIPT, { ...SCRIPT, file: 'monerium-connect.wallet.min.js' }] },
  { scripts: [{ ...SCRIPT, integrity: undefined }] },
  { scripts: [{ ...SCRIPT, isForeign: false, hasCrossOrigin: false, integrity: 'none' }] },
  ...[204, 401, 404].map((status) => ({
    backend: session({ kind: 'answer', status, type: '', isJson: false }),
  })),
  { backend: session({ kind: 'answer', status: 200, type: 'application/json', isJson: true }) },
  violation('connect-src', 'https://analytics.example/collect'),
  violation('style-src-attr', 'inline'),
];

const open = (findings: Finding[]) => findings.filter(({ level }) => level !== 'ok');
const namesOf = (findings: Finding[]) => findings.map(({ name }) => name);

describe('the checks of the doctor', () => {
  for (const [level, table] of Object.entries({ problem: PROBLEMS, advice: ADVICE })) {
    for (const [name, variants] of Object.entries(table)) {
      it(`find ${name}, and nothing else`, () => {
        for (const changes of variants) {
          const found = open(check(facts(changes)));
          assert.deepEqual(namesOf(found), [name], JSON.stringify(changes));
          assert.equal(found[0]?.level, level);
          assert.ok(found[0]?.text && found[0].fix, 'it says what is wrong, and how to fix it');
        }
      });
    }
  }

  it('are all in docs/debug.md', () => {
    const document = readFileSync('docs/debug.md', 'utf8');
    const names = [...Object.keys(PROBLEMS), ...Object.keys(ADVICE), 'popup-blocked'];
    // A policy is named by its directive, and a failed flow by its code.
    const own = names.filter((name) => !/^policy-|_/.test(name));
    assert.deepEqual(
      own.filter((name) => !document.includes(`\`${name}\``)),
      [],
    );
  });

  it('find nothing where nothing is wrong', () => {
    for (const changes of HARMLESS) {
      const found = check(facts(changes));
      assert.deepEqual(namesOf(open(found)), [], JSON.stringify(changes));
      assert.ok(found.length > 5, 'what was checked is said');
    }
  });

  it('find two faults at once, problems first', () => {
    const found = check(facts({ page: { baseOrigin: 'https://a.example', storage: 'refuses' } }));
    assert.deepEqual(namesOf(open(found)), ['storage-blocked', 'base-element']);
  });

  const CAUSES: [code: string, cause: string, changes: Changes][] = [
    ['invalid_config', 'client-id-missing', PROBLEMS['client-id-missing']![1]!],
    ['invalid_config', 'attribute-value', PROBLEMS['attribute-value']![0]!],
    ['invalid_config', 'redirect-uri-origin', PROBLEMS['redirect-uri-origin']![0]!],
    ['invalid_config', 'wallet-file', PROBLEMS['wallet-file']![0]!],
    ['invalid_config', 'wallet-attributes', PROBLEMS['wallet-attributes']![0]!],
    ['insecure_context', 'insecure-context', { page: { isSecure: false } }],
    ['storage_unavailable', 'storage-blocked', { page: { storage: 'refuses' } }],
    ['storage_unavailable', 'storage-lost', { page: { storage: 'forgets' } }],
    ['embedding_blocked', 'frame-redirect', PROBLEMS['frame-redirect']![0]!],
    ['embedding_blocked', 'frame-sandbox', PROBLEMS['frame-sandbox']![0]!],
    ['popup_blocked', 'popup-blocked', {}],
    ['exchange_network', 'policy-connect-src', violation('connect-src', BACKEND)],
    ['exchange_network', 'backend-redirect', post({ kind: 'redirect' })],
    ['exchange_network', 'backend-cors', post({ kind: 'cors' })],
    ['exchange_network', 'backend-unreachable', post({ kind: 'unreachable' })],
    ['exchange_network', 'api-unreachable', { isApiReachable: false }],
    ['exchange_timeout', 'backend-unreachable', post({ kind: 'unreachable' })],
    ['exchange_rejected', 'backend-missing', answer(404)],
    ['exchange_rejected', 'backend-forbidden', answer(403)],
    ['exchange_rejected', 'backend-media-type', answer(415)],
    ['exchange_bad_response', 'backend-not-json', answer(200, 'text/html', false)],
    ['server_unavailable', 'backend-fails', answer(500)],
  ];

  it('#233 report how a flow ended by its cause, first and once', () => {
    for (const [code, cause, changes] of CAUSES) {
      const failure = { code, hint: 'POST …' };
      const found = open(check(facts({ ...changes, flow: { failure } })));
      assert.deepEqual(namesOf(found), [cause], code);
      assert.match(found[0]?.fix ?? '', new RegExp(`https://.*/errors\\.md#${code}$`));
    }
  });

  it('#233 report how a flow ended by its code when no check finds the cause', () => {
    const failure = { code: 'exchange_rejected', hint: 'POST … 400' };
    const found = open(check(facts({ ...answer(500), flow: { failure } })));
    assert.deepEqual(namesOf(found), ['exchange_rejected', 'backend-fails']);
    assert.match(found[0]?.text ?? '', /POST … 400/);
  });

  it('#231 report that a redirect drops the query, if that is known', () => {
    for (const href of [`${ORIGIN}/connect`, `${ORIGIN}/connect/`, `${ORIGIN}/login`, undefined]) {
      for (const keepsQuery of href ? [true, false] : [undefined]) {
        const texts = check(facts(redirect({ href, keepsQuery }))).map(({ text }) => text);
        assert.equal(/drops the query/.test(texts.join()), keepsQuery === false, href);
      }
    }
  });

  it('report a lost flow in addition to the redirect of another address', () => {
    const flow = { lost: `${ORIGIN}/other` };
    const found = open(check(facts({ ...redirect({ keepsQuery: false }), flow })));
    assert.deepEqual(namesOf(found), ['flow-lost', 'redirect-uri-query']);
  });

  it('mention the credentials where CORS must allow them', () => {
    const settings = { backendCredentials: 'include' } as const;
    const found = open(check(facts({ settings, ...post({ kind: 'cors' }) })));
    assert.match(found[0]?.fix ?? '', /Access-Control-Allow-Credentials/);
  });

  it('name the API as blocked only where the page itself needs it', () => {
    const changes = violation('connect-src', `${API}/auth/token`);
    assert.deepEqual(namesOf(open(check(facts(changes)))), []);
    const direct = facts({ ...changes, settings: { exchange: 'direct' }, backend: undefined });
    assert.equal(namesOf(check(direct)).includes('policy-connect-src'), true);
  });
});
