// The clean-up of the address: what is cut, what is kept, and when.

/** @typedef {import('../../scripts/mutants.mjs').Mutant} Mutant */

/**
 * @param {string} test
 * @param {string} file
 * @param {string} name
 * @param {string} search
 * @param {string} replace
 * @param {string} [survives]
 * @returns {Mutant}
 */
const change = (test, file, name, search, replace, survives) => ({
  ...{ name, file, search, replace, ...(survives && { survives }) },
  runner: 'unit',
  test: `test/unit/${test}.test.ts`,
});

const strip = change.bind(undefined, 'oauth-strip', 'src/oauth.ts');
const rewrite = change.bind(undefined, 'page', 'src/browser.ts');
const arrival = change.bind(undefined, 'page', 'src/arrival.ts');

const STRIPPED = 'rewriteAddress(stripAuthorizationResponse(href));';

/** @type {Mutant[]} */
export default [
  // Which part of the URL
  strip('a query is found in the fragment', '/^([^?#]*)\\?([^#]*)/', '/([^?#]*)\\?([^#]*)/'),
  strip('a question mark in the fragment begins a query', '/^([^?#]*)', '/^([^?]*)'),
  strip('the last question mark begins the query', '/^([^?#]*)', '/^([^#]*)'),
  strip('the fragment belongs to the query', '\\?([^#]*)/', '\\?(.*)/'),
  strip('a question mark ends the query', '\\?([^#]*)/', '\\?([^?#]*)/'),
  strip('an empty query is none', '\\?([^#]*)/', '\\?([^#]+)/', 'an empty query stays either way'),

  // Which parameters
  strip('the code stays', "['code', 'state', 'iss'", "['state', 'iss'"),
  strip('the state stays', "['code', 'state', 'iss'", "['code', 'iss'"),
  strip('the issuer stays', "'state', 'iss', 'error',", "'state', 'error',"),
  strip('the error stays', "'error', 'error_description'", "'error_description'"),
  strip('the description stays', "'error_description', 'error_uri'", "'error_uri'"),
  strip('the error_uri stays', ", 'error_uri'];", '];'),
  strip('a seventh parameter goes', "'error_uri'];", "'error_uri', 'a'];"),
  strip(
    'what only begins like one goes',
    'RESPONSE_PARAMETERS.includes(name)',
    'RESPONSE_PARAMETERS.some((known) => name.startsWith(known))',
  ),
  strip(
    'what only ends like one goes',
    'RESPONSE_PARAMETERS.includes(name)',
    'RESPONSE_PARAMETERS.some((known) => name.endsWith(known))',
  ),
  strip('large letters are no difference', 'includes(name)', 'includes(name.toLowerCase())'),
  strip('spaces are no difference', 'includes(name)', 'includes(name.trim())'),
  strip('everything else goes', '!RESPONSE_PARAMETERS', 'RESPONSE_PARAMETERS'),
  strip('a pair without a name goes', "[name = '']", "[name = 'code']"),
  strip(
    'names are compared as they are written',
    'new URLSearchParams(`?${pair}`).keys()',
    "pair.split('=')",
  ),
  strip(
    'a name that cannot be decoded throws',
    'new URLSearchParams(`?${pair}`).keys()',
    "decodeURIComponent(pair).split('=')",
  ),
  strip('a name loses its question mark', '`?${pair}`', 'pair'),
  strip('a semicolon parts pairs', "query.split('&')", 'query.split(/[&;]/)'),

  // How the rest is put together again
  strip('empty pairs go', "query.split('&')", "query.split('&').filter(Boolean)"),
  strip('pairs change their order', 'kept.join', 'kept.sort().join'),
  strip('pairs are written anew', "kept.join('&')}", "new URLSearchParams(kept.join('&'))}"),
  strip('pairs are parted by semicolons', "kept.join('&')", "kept.join(';')"),
  strip('a question mark stays behind', 'kept.length > 0 ?', 'kept.length >= 0 ?'),
  strip('an empty pair is none', 'kept.length > 0 ?', "kept.join('') ?"),
  strip('the path is lost with the query', '` : path;', "` : '';"),
  strip('the path is lost before a query', '`${path}?${kept', '`?${kept'),

  // Writing the address
  rewrite('the address stays', "history.replaceState(history.state, '', href)", 'void href'),
  rewrite('the state of the history is lost', '(history.state,', '(null,'),
  rewrite('the history grows', 'history.replaceState(', 'history.pushState('),
  rewrite(
    'an embedder that forbids it is an error',
    '// Some embedders forbid it.',
    "throw new Error('forbidden'); //",
  ),
  rewrite('the address is written without its path', "'', href)", "'', new URL(href).search)"),
  rewrite('the fragment is lost', "'', href)", "'', href.split('#')[0])"),
  rewrite('the base is taken for the address', 'return location.href;', 'return document.baseURI;'),

  // When
  arrival('a response stays in the address', STRIPPED, ''),
  arrival(
    'the address is cleaned in a later task',
    STRIPPED,
    `setTimeout(() => ${STRIPPED.slice(0, -1)});`,
  ),
  arrival(
    'the whole query goes',
    'stripAuthorizationResponse(href)',
    "href.replace(/\\?[^#]*/, '')",
  ),
  arrival(
    "a stranger's response is cleaned",
    'if (!response || !state) return',
    `${STRIPPED} if (!response || !state) return`,
  ),
  arrival(
    'a response on another path is cleaned',
    'if (transaction ? !isSame',
    `${STRIPPED} if (transaction ? !isSame`,
  ),
  arrival('an unknown response stays', STRIPPED, `if (transaction) ${STRIPPED}`),
  arrival('a spent response stays', STRIPPED, `if (!findTombstone(state)) ${STRIPPED}`),
  arrival('an error stays', STRIPPED, `if (!response.oauthError) ${STRIPPED}`),
  arrival(
    'an invalid response stays',
    STRIPPED,
    `if (response.code || response.oauthError) ${STRIPPED}`,
  ),
];
