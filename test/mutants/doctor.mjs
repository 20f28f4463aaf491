// The checks of the doctor: each one broken, and the findings that must go or change with it.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */

const FOLDER = 'src/doctor';

/**
 * A fault of the pure checks: their table of facts must notice.
 * @param {string} rule
 * @param {string} place The function.
 * @param {NonNullable<Mutant['find']>} find
 * @param {string} replace
 * @returns {Mutant}
 */
const inCheck = (rule, place, find, replace) => ({
  ...{ rule, file: FOLDER, in: place, find, replace },
  test: 'node/doctor-checks',
  title: '^find|^mention|^name',
});

/**
 * A fault of what asks the page and its servers: the planted fault is not found any more.
 * @param {string} rule
 * @param {string} place
 * @param {NonNullable<Mutant['find']>} find
 * @param {string} replace
 * @param {string} title
 * @returns {Mutant}
 */
const inPage = (rule, place, find, replace, title) => ({
  ...{ rule, file: FOLDER, in: place, find, replace, title },
  test: 'e2e/doctor-faults',
});

/** @param {string} context */
const pairOf = (context) => ({ context: `({ ${context} })`, selector: 'pair' });

/** @type {Mutant[]} */
export default [
  inCheck('a check does not run', 'check', 'CHECKS.flatMap($RUN)', 'CHECKS.slice(1).flatMap($RUN)'),
  inCheck('pieces of advice come first', 'ORDER', "'problem'", "'advice'"),

  inCheck('a misspelled attribute passes', 'checkAttributes', 'attributes.misspelled', '[]'),
  inCheck('a wrong value passes', 'checkAttributes', 'fault && hasClientId', 'false'),
  inCheck('a missing client ID is said twice', 'checkAttributes', 'fault && hasClientId', 'fault'),
  inCheck(
    'the origin of the redirect URI is a value like others',
    'nameFault',
    "fault.startsWith('redirect-uri ')",
    'false',
  ),
  inCheck('a timeout may be anything', 'checkAttributes', 'attributes.isTimeoutInvalid', 'false'),
  inCheck('one id is enough', 'checkAttributes', 'attributes.isIdentityIncomplete', 'false'),
  inCheck('a client ID may be missing', 'checkClientId', '!attributes.hasClientId', 'false'),
  inCheck(
    'a secret passes for a client ID',
    'checkClientId',
    'UUID.test(settings.clientId)',
    'true',
  ),

  inCheck('plain http is fine', 'checkSecurity', 'page.isSecure', 'true'),
  inCheck(
    'storage that refuses only forgets',
    'checkStorage',
    "'storage-blocked'",
    "'storage-lost'",
  ),
  inCheck(
    'storage that forgets only refuses',
    'checkStorage',
    "'storage-lost'",
    "'storage-blocked'",
  ),
  inCheck('a <base> is not seen', 'checkBase', 'page.baseOrigin === page.origin', 'true'),
  inCheck(
    'a frame may be left by a redirect',
    'checkFrame',
    "settings?.mode === 'redirect'",
    'false',
  ),
  inCheck(
    'a sandbox may lack popups',
    'checkFrame',
    "!page.sandbox.includes('allow-popups')",
    'false',
  ),
  inCheck(
    'every sandbox is one without popups',
    'checkFrame',
    "!page.sandbox.includes('allow-popups')",
    'true',
  ),
  inCheck(
    'a blocked popup has only its code',
    'checkPopup',
    "flow.failure?.code === 'popup_blocked'",
    'false',
  ),
  inCheck('any opener policy is fine', 'checkPopup', "page.openerPolicy !== 'same-origin'", 'true'),
  inCheck(
    'any opener policy separates',
    'checkPopup',
    "page.openerPolicy !== 'same-origin'",
    'false',
  ),
  inCheck(
    'an opener policy counts without a popup',
    'checkPopup',
    "settings?.mode !== 'popup' || page.isFramed",
    'false',
  ),
  inCheck(
    'a policy of another script counts',
    'checkPolicy',
    'page.violations.filter(isOurs)',
    'page.violations',
  ),
  inCheck('a policy that blocks our files does not', 'isOurs', 'OWN_FILE.test(blocked)', 'false'),
  inCheck(
    'the API is needed beside a backend',
    'checkPolicy',
    "settings.exchange === 'direct'",
    'true',
  ),
  inCheck(
    '-elem is part of the name of a directive',
    'checkPolicy',
    "directive.replace(/-elem$/, '')",
    'directive',
  ),
  inCheck(
    'a clock may be ahead',
    'checkClock',
    'Math.abs(clockOffset) <= MAX_CLOCK_MS',
    'clockOffset >= 0',
  ),
  inCheck(
    'a clock may be behind',
    'checkClock',
    'Math.abs(clockOffset) <= MAX_CLOCK_MS',
    'clockOffset <= MAX_CLOCK_MS',
  ),
  inCheck('a clock may differ by less than a minute', 'MAX_CLOCK_MS', '60_000', '59_999'),

  inCheck('the scripts may be of several versions', 'checkCopies', 'versions.length > 1', 'false'),
  inCheck('the script may be there twice', 'checkCopies', 'copies.length < 2', 'true'),
  inCheck(
    'the wallet file is a second copy',
    'checkCopies',
    '/^monerium-connect(\\.iife)?(\\.min)?\\.js$/.test(file)',
    'true',
  ),
  inCheck(
    'integrity may be that of another file',
    'checkIntegrity',
    "integrity === 'differs'",
    'false',
  ),
  inCheck('a CDN may do without integrity', 'checkIntegrity', "integrity === 'none'", 'false'),
  inCheck('a file of the site needs integrity', 'checkIntegrity', '!isForeign', 'false'),
  inCheck('integrity may do without crossorigin', 'checkIntegrity', 'hasCrossOrigin', 'true'),
  inCheck('the wallet file may be missing', 'checkWallet', '!isLoaded', 'false'),
  inCheck(
    'attributes of the wallet may be missing',
    'checkWallet',
    'if (fault) return $FOUND;',
    '',
  ),
  inCheck('a browser without a wallet has one', 'checkWallet', 'count > 0', 'true'),

  inCheck('a redirect URI may be an error', 'checkRedirect', 'redirect.status >= 400', 'false'),
  inCheck('a redirect URI may move', 'nameMove', 'wanted === href', 'true'),
  inCheck('the last slash does not count', 'checkRedirect', 'if (moved) return $FOUND;', ''),
  inCheck(
    'a slash is a move like others',
    'nameMove',
    "problem('redirect-uri-slash', text, fix)",
    "problem('redirect-uri-moved', text, fix)",
  ),
  inCheck('a redirect may drop the query', 'checkRedirect', '!redirect.keepsQuery', 'false'),
  inCheck(
    'the redirect page may lack the element',
    'checkElement',
    'if (namesElement) return [];',
    'return [];',
  ),
  inCheck('a lost flow is not said', 'checkFlow', 'if (lost) $BLOCK', ''),
  inCheck('a failed flow is not said', 'checkFlow', 'if (failure) $BLOCK', ''),

  inCheck(
    'the API may be out of reach',
    'checkApi',
    'if (isApiReachable) return $OK;',
    'return [];',
  ),
  inCheck(
    'stay-connected does without a backend',
    'checkBackend',
    'attributes.isStayConnected',
    'false',
  ),
  inCheck('no backend is no matter', 'checkBackend', "settings?.exchange === 'direct'", 'false'),
  inCheck(
    'a policy and the backend are both at fault',
    'checkBackend',
    'page.violations.some($MATCH)',
    'false',
  ),
  inCheck('a redirect is a matter of CORS', 'judgeSilence', "'backend-redirect'", "'backend-cors'"),
  inCheck('a matter of CORS is silence', 'judgeSilence', "'backend-cors'", "'backend-unreachable'"),
  inCheck('silence is a matter of CORS', 'judgeSilence', "'backend-unreachable'", "'backend-cors'"),
  inCheck(
    'credentials need no permission',
    'judgeSilence',
    "backendCredentials === 'include'",
    'false',
  ),
  inCheck('a backend accepts everything', 'judgePost', 'post.status < 300', 'false'),
  inCheck('404 is a refusal', 'nameRefusal', 'status === 404', 'false'),
  inCheck('405 is a refusal', 'nameRefusal', 'status === 405', 'false'),
  inCheck('401 is a refusal', 'nameRefusal', 'status === 401', 'false'),
  inCheck('403 is a refusal', 'nameRefusal', 'status === 403', 'false'),
  inCheck('415 is a refusal', 'nameRefusal', 'status === 415', 'false'),
  inCheck('500 is a refusal', 'nameRefusal', 'status >= 500', 'status > 500'),
  inCheck('a page is a refusal', 'nameRefusal', 'isJson', 'true'),
  inCheck('cookies go everywhere', 'checkCookies', "backendCredentials !== 'same-origin'", 'true'),
  inCheck('cookies go nowhere', 'checkCookies', 'backendUrl.startsWith(`${origin}/`)', 'false'),
  inCheck('a session is not judged', 'checkBackend', 'session && isOwn', 'false'),
  inCheck(
    'what the post has shown is said of the session again',
    'checkBackend',
    'session && isOwn',
    'session',
  ),
  inCheck(
    'a session may redirect',
    'judgeSession',
    "if (session.kind !== 'answer') $BLOCK",
    "if (session.kind !== 'answer') return [];",
  ),
  inCheck('nobody is connected: that is a fault', 'judgeSession', 'status === 204', 'false'),
  inCheck(
    'a session of a page counts',
    'judgeSession',
    'status === 200 && isJson',
    'status === 200',
  ),

  inPage(
    'a redirect to where nothing can be read is no redirect',
    'probeRedirect',
    "first?.type !== 'opaqueredirect'",
    'true',
    'redirect URI behind a log-in',
  ),
  inPage(
    'a probe follows redirects',
    'probe',
    pairOf("redirect: 'manual'"),
    "redirect: 'follow'",
    'backend behind a log-in',
  ),
  inPage(
    'the redirect page is asked for without a query',
    'probeRedirect',
    "url.searchParams.set(MARK, '1');",
    '',
    'misspelled',
  ),
  inPage(
    'a backend that cannot be read is not there',
    'probe',
    "'cors'",
    "'unreachable'",
    'without CORS',
  ),
  inPage(
    'the session is not asked for',
    'gather',
    'host.stayConnected === true',
    'false',
    'stay-connected',
  ),
  {
    rule: 'headers that a browser refuses are taken',
    file: 'src/configuration.ts',
    in: 'readConfiguration',
    find: 'headers !== undefined',
    replace: 'true',
    test: 'unit/configuration',
    title: 'refuses the header',
  },
  inPage('integrity always fits', 'fitsIntegrity', 'results.includes(true)', 'true', 'integrity'),
  inPage(
    'the date of the server is not read',
    'probeServer',
    "response?.headers.get('date')",
    'undefined',
    'clock',
  ),
];
