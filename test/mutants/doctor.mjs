// The checks of the doctor: each one broken, and the findings that must go or change with it.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */
/** @typedef {[rule: string, find: string, replace: string]} Row */

/**
 * Pure checks, by function. Their table of facts must notice.
 * @type {Record<string, Row[]>}
 */
const CHECKS = {
  check: [['a check does not run', 'CHECKS.flatMap($RUN)', 'CHECKS.slice(1).flatMap($RUN)']],
  addFailure: [['a failed flow is not said', '[first, $$$REST]', 'findings']],
  ORDER: [['pieces of advice come first', "'problem'", "'advice'"]],
  checkAttributes: [
    ['a misspelled attribute passes', 'attributes.misspelled', '[]'],
    ['a wrong value passes', 'fault && hasClientId', 'false'],
    ['a missing client ID is said twice', 'fault && hasClientId', 'fault'],
    ['a timeout may be anything', 'attributes.isTimeoutInvalid', 'false'],
    ['one id is enough', 'attributes.isIdentityIncomplete', 'false'],
  ],
  nameFault: [
    [
      'the origin of the redirect URI is a value like others',
      "fault.startsWith('redirect-uri ')",
      'false',
    ],
  ],
  checkClientId: [
    ['a client ID may be missing', '!attributes.hasClientId', 'false'],
    ['a secret passes for a client ID', 'UUID.test(settings.clientId)', 'true'],
  ],
  checkSecurity: [['plain http is fine', 'page.isSecure', 'true']],
  checkStorage: [
    ['storage that refuses only forgets', "'storage-blocked'", "'storage-lost'"],
    ['storage that forgets only refuses', "'storage-lost'", "'storage-blocked'"],
  ],
  checkBase: [['a <base> is not seen', 'page.baseOrigin === page.origin', 'true']],
  checkFrame: [
    ['a frame may be left by a redirect', "settings?.mode === 'redirect'", 'false'],
    ['a sandbox may lack popups', "!page.sandbox.includes('allow-popups')", 'false'],
    ['every sandbox is one without popups', "!page.sandbox.includes('allow-popups')", 'true'],
  ],
  checkPopup: [
    ['a blocked popup has only its code', "flow.failure?.code === 'popup_blocked'", 'false'],
    ['any opener policy is fine', "page.openerPolicy !== 'same-origin'", 'true'],
    ['any opener policy separates', "page.openerPolicy !== 'same-origin'", 'false'],
    [
      'an opener policy counts without a popup',
      "settings?.mode !== 'popup' || page.isFramed",
      'false',
    ],
  ],
  checkPolicy: [
    ['a policy of another script counts', 'page.violations.filter(isOurs)', 'page.violations'],
    ['the API is needed beside a backend', "settings.exchange === 'direct'", 'true'],
    ['-elem is part of the name of a directive', "directive.replace(/-elem$/, '')", 'directive'],
  ],
  isOurs: [['a policy that blocks our files does not', 'OWN_FILE.test(blocked)', 'false']],
  checkClock: [
    ['a clock may be ahead', 'Math.abs(clockOffset) <= MAX_CLOCK_MS', 'clockOffset >= 0'],
    [
      'a clock may be behind',
      'Math.abs(clockOffset) <= MAX_CLOCK_MS',
      'clockOffset <= MAX_CLOCK_MS',
    ],
  ],
  MAX_CLOCK_MS: [['a clock may differ by less than a minute', '60_000', '59_999']],
  checkCopies: [
    ['the scripts may be of several versions', 'versions.length > 1', 'false'],
    ['the script may be there twice', 'copies.length < 2', 'true'],
    [
      'the wallet file is a second copy',
      '/^monerium-connect(\\.iife)?(\\.min)?\\.js$/.test(file)',
      'true',
    ],
  ],
  checkIntegrity: [
    ['integrity may be that of another file', "integrity === 'differs'", 'false'],
    ['a CDN may do without integrity', "integrity === 'none'", 'false'],
    ['a file of the site needs integrity', '!isForeign', 'false'],
    ['integrity may do without crossorigin', 'hasCrossOrigin', 'true'],
  ],
  checkWallet: [
    ['the wallet file may be missing', '!isLoaded', 'false'],
    ['attributes of the wallet may be missing', 'if (fault) return $FOUND;', ''],
    ['a browser without a wallet has one', 'count > 0', 'true'],
  ],
  nameRedirectFault: [
    ['a redirect URI may be an error', 'status >= 400', 'false'],
    ['the last slash does not count', 'moved || keepsQuery !== false', 'keepsQuery !== false'],
    ['a redirect may drop the query', 'moved || keepsQuery !== false', 'true'],
  ],
  nameMove: [
    ['a redirect URI may move', 'wanted === href', 'true'],
    [
      'a slash is a move like others',
      "problem('redirect-uri-slash', text, fix)",
      "problem('redirect-uri-moved', text, fix)",
    ],
  ],
  checkElement: [
    ['the redirect page may lack the element', 'if (namesElement) return [];', 'return [];'],
  ],
  checkFlow: [
    ['a lost flow is not said', 'lost && !isLostHere', 'false'],
    ['every redirect explains a lost flow', 'one.redirectUri === lost', 'true'],
    ['other attributes are not said', 'if (differences.length > 0) $BLOCK', ''],
  ],
  checkApi: [['the API may be out of reach', 'if (isApiReachable) return $OK;', 'return [];']],
  checkBackend: [
    ['stay-connected does without a backend', 'attributes.isStayConnected', 'false'],
    ['no backend is no matter', "settings?.exchange === 'direct'", 'false'],
    ['a policy and the backend are both at fault', 'page.violations.some($MATCH)', 'false'],
    ['a session is not judged', 'session && isOwn', 'false'],
    ['what the post has shown is said of the session again', 'session && isOwn', 'session'],
  ],
  judgeSilence: [
    ['a redirect is a matter of CORS', "'backend-redirect'", "'backend-cors'"],
    ['a matter of CORS is silence', "'backend-cors'", "'backend-unreachable'"],
    ['silence is a matter of CORS', "'backend-unreachable'", "'backend-cors'"],
    ['credentials need no permission', "backendCredentials === 'include'", 'false'],
  ],
  judgePost: [['a backend accepts everything', 'post.status < 300', 'false']],
  nameRefusal: [
    ['404 is a refusal', 'status === 404', 'false'],
    ['405 is a refusal', 'status === 405', 'false'],
    ['401 is a refusal', 'status === 401', 'false'],
    ['403 is a refusal', 'status === 403', 'false'],
    ['415 is a refusal', 'status === 415', 'false'],
    ['500 is a refusal', 'status >= 500', 'status > 500'],
    ['a page is a refusal', 'isJson', 'true'],
  ],
  checkCookies: [
    ['cookies go everywhere', "backendCredentials !== 'same-origin'", 'true'],
    ['cookies go nowhere', 'backendUrl.startsWith(`${origin}/`)', 'false'],
  ],
  judgeSession: [
    [
      'a session may redirect',
      "if (session.kind !== 'answer') $BLOCK",
      "if (session.kind !== 'answer') return [];",
    ],
    ['nobody is connected: that is a fault', 'status === 204', 'false'],
    ['a session of a page counts', 'status === 200 && isJson', 'status === 200'],
  ],
};

const PLANTED = 'e2e/doctor-faults';

/** @type {Mutant[]} */
export default [
  ...Object.entries(CHECKS).flatMap(([place, rows]) =>
    rows.map(([rule, find, replace]) => ({
      ...{ rule, file: 'src/doctor', in: place, find, replace },
      test: 'node/doctor-checks',
      title: '^(#\\d+ )?(find|mention|name)',
    })),
  ),
  {
    rule: 'a flow that the server has lost is said to be unregistered as well',
    fault: 231,
    file: 'src/doctor',
    in: 'checkFlow',
    find: 'lost && !isLostHere',
    replace: 'lost',
    test: PLANTED,
  },
  {
    rule: 'the redirect URI of a lost flow is not asked for',
    fault: 231,
    file: 'src/doctor',
    in: 'gather',
    find: 'readFlow(element).lost',
    replace: 'undefined',
    test: 'e2e/doctor',
  },
  {
    rule: 'a redirect to another path keeps the query',
    fault: 231,
    file: 'src/doctor',
    in: 'nameMove',
    find: 'keepsQuery === false',
    replace: 'false',
    test: 'node/doctor-checks',
  },
  {
    rule: 'how a flow ended stands beside what explains it',
    fault: 233,
    file: 'src/doctor',
    in: 'addFailure',
    find: 'findings.find($MATCH)',
    replace: 'undefined as Finding | undefined',
    test: 'node/doctor-checks',
  },
  {
    rule: 'every problem explains how a flow ended',
    fault: 233,
    file: 'src/doctor',
    in: 'addFailure',
    find: 'CAUSES[code]?.test(name)',
    replace: 'true',
    test: 'node/doctor-checks',
  },
  {
    rule: 'the count stands twice',
    fault: 233,
    file: 'src/doctor/panel.ts',
    find: "this.#tell(`${summary}.`, 'unseen');",
    replace: 'this.#tell(`${summary}.`);',
    test: 'e2e/doctor',
  },
  // What asks the page and its servers: the planted fault is not found any more.
  {
    rule: 'a redirect to where nothing can be read is no redirect',
    file: 'src/doctor',
    in: 'probeRedirect',
    find: "first?.type !== 'opaqueredirect'",
    replace: 'true',
    test: PLANTED,
    title: 'redirect URI behind a login page',
  },
  {
    rule: 'a probe follows redirects',
    file: 'src/doctor',
    in: 'probe',
    find: { context: "({ redirect: 'manual' })", selector: 'pair' },
    replace: "redirect: 'follow'",
    test: PLANTED,
    title: 'backend behind a login page',
  },
  {
    rule: 'the redirect page is asked for without a query',
    file: 'src/doctor',
    in: 'probeRedirect',
    find: "url.searchParams.set(MARK, '1');",
    replace: '',
    test: PLANTED,
    title: 'misspelled',
  },
  {
    rule: 'a backend that cannot be read is not there',
    file: 'src/doctor',
    in: 'probe',
    find: "'cors'",
    replace: "'unreachable'",
    test: PLANTED,
    title: 'without CORS',
  },
  {
    rule: 'the session is not asked for',
    file: 'src/doctor',
    in: 'gather',
    find: 'host.stayConnected === true',
    replace: 'false',
    test: PLANTED,
    title: 'stay-connected',
  },
  {
    rule: 'a flow that waits for its lock is lost',
    file: 'src/doctor',
    in: 'readFlow',
    find: 'isBack ? undefined : findLostFlow(shownAt)',
    replace: 'findLostFlow(shownAt)',
    test: 'e2e/doctor',
    title: 'not called lost',
  },
  {
    rule: 'a flow whose response waits for an element is lost',
    fault: 230,
    file: 'src/doctor',
    in: 'readFlow',
    find: 'waiting !== undefined || $CLAIMED',
    replace: '$CLAIMED',
    test: 'e2e/doctor',
  },
  {
    rule: 'a response that was taken still waits',
    fault: 230,
    file: 'src/doctor',
    in: 'show',
    find: '{ ...facts, flow: readFlow(element) }',
    replace: '{ ...facts, flow: ((facts as { flow?: Facts["flow"] }).flow ??= readFlow(element)) }',
    test: 'e2e/doctor',
  },
  {
    rule: 'integrity always fits',
    file: 'src/doctor',
    in: 'fitsIntegrity',
    find: 'results.includes(true)',
    replace: 'true',
    test: PLANTED,
    title: 'integrity',
  },
  {
    rule: 'the date of the server is not read',
    file: 'src/doctor',
    in: 'probeServer',
    find: "response?.headers.get('date')",
    replace: 'undefined',
    test: PLANTED,
    title: 'clock',
  },
  {
    rule: 'headers that a browser refuses are taken',
    file: 'src/configuration.ts',
    in: 'readConfiguration',
    find: 'headers !== undefined',
    replace: 'true',
    test: 'unit/configuration',
    title: 'refuses the header',
  },
];
