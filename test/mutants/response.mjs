// The reader of responses, and what a page recognises as a response of its own.

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

const reader = change.bind(undefined, 'oauth-response', 'src/oauth.ts');
const codes = change.bind(undefined, 'oauth', 'src/oauth.ts');
const arrival = change.bind(undefined, 'page', 'src/arrival.ts');

/**
 * Where the others would wait for an element that never connects.
 * @param {string} title
 * @param {Mutant} mutant
 * @returns {Mutant}
 */
const seenBy = (title, mutant) => ({ ...mutant, title });

/** @type {Mutant[]} */
export default [
  // Parameters and bounds
  reader('a prefix without its dot is ours', "'mc1.'", "'mc1'"),
  reader('a state may have 129 characters', 'MAX_STATE_LENGTH = 128', 'MAX_STATE_LENGTH = 129'),
  reader('a state of 128 characters is too long', 's.length <= MAX', 's.length < MAX'),
  reader('a state may have any length', ' && s.length <= MAX_STATE_LENGTH', ''),
  reader('a code may have 2,049 characters', 'MAX_CODE_LENGTH = 2048', 'MAX_CODE_LENGTH = 2049'),
  reader('a code of 2,048 characters is too long', 'length > MAX_CODE', 'length >= MAX_CODE'),
  reader('a code may have any length', ' || code.length > MAX_CODE_LENGTH', ''),
  reader('a second issuer is overlooked', "'state', 'iss', 'error',", "'state', 'x', 'error',"),
  reader('a second error_uri is overlooked', ", 'error_uri'];", '];'),
  reader('code and state change places', "['code', 'state',", "['state', 'code',"),

  // Reading
  reader('an empty parameter is one', '.filter(Boolean)', ''),
  reader('a plus sign is no space', 'Params(query);', "Params(query.replaceAll('+', '%2B'));"),
  reader('a query is decoded twice', 'Params(query);', 'Params(decodeURIComponent(query));'),
  reader('the issuer is read as the error', ', states = [], , [error]', ', states = [], [error]'),
  reader('the description is read as the error', 'states = [], , [', 'states = [], , , ['),
  reader('only the first state counts', 'states.find(', 'states.slice(0, 1).find('),
  reader('the prefix may stand anywhere', 's.startsWith(', 's.includes('),
  reader('the prefix may be written large', 's.startsWith(', 's.toLowerCase().startsWith('),
  reader('every state is ours', 's.startsWith(STATE_PREFIX) && ', ''),

  // Whose it is
  reader(
    "a stranger's response is read",
    'if (!state && (states.length > 0 || !error))',
    'if (!state && states.length > 9)',
  ),
  reader('a code needs no state', '(states.length > 0 || !error)', 'states.length > 0'),
  reader("a stranger's error is read", '(states.length > 0 || !error)', '!error'),
  reader('an error needs a state', 'if (!state && (states.length > 0 || !error))', 'if (!state)'),

  // What it says
  reader(
    'a duplicated parameter is no ambiguity',
    'values.some(({ length }) => length > 1) || (code && error)',
    'code && error',
  ),
  reader('a duplicate is one only from three on', 'length > 1) || (code', 'length > 2) || (code'),
  reader('only what is all duplicates is ambiguous', 'values.some(', 'values.every('),
  reader('a code and an error go together', ' || (code && error)', ''),
  reader('a code alone is ambiguous', '(code && error)', 'code'),
  reader('an ambiguous error is read', 'if (!isAmbiguous && error)', 'if (error)'),
  reader('an ambiguous code is read', 'if (isAmbiguous || !code', 'if (!code'),
  reader('a missing code is read', 'isAmbiguous || !code ||', 'isAmbiguous || code === null ||'),
  reader('foreign text gets through', 'oauthError: nameOAuthError(error) }', 'oauthError: error }'),
  reader('an error loses its state', '{ state, oauthError: name', '{ oauthError: name'),
  reader('an invalid response is not ours', 'return { state };', 'return undefined;'),
  reader('a code loses its state', '{ state, code: code as', '{ code: code as'),

  // Names of errors
  codes('a registered name may stand at the end', '/^(access_denied', '/(access_denied'),
  codes('a registered name may stand at the start', '_type)$/', '_type)/'),
  codes('a denial is no registered error', '(access_denied|', '('),
  codes('a wrong grant is no registered error', 'client|grant)|', 'client)|'),
  codes('a denial is any error', "=== 'access_denied') code", "=== 'denied') code"),
  codes('only s begins what Monerium cannot help', '/^[st]/', '/^s/'),
  codes('every error is one that Monerium cannot help', '/^[st]/', '/^./'),
  codes(
    'the name of the error is lost',
    "phase: 'authorize', oauthError }",
    "phase: 'authorize' }",
  ),

  // Recognition
  arrival(
    'a response is taken on any path',
    'new URL(href).pathname;',
    'new URL(redirectUri).pathname;',
  ),
  seenBy(
    'cut out of',
    arrival('a response is taken on one path in all', 'new URL(href).pathname;', "'/';"),
  ),
  arrival('a poisoned redirect URI throws', 'URL.canParse(redirectUri) &&', ''),
  seenBy(
    'cut out of',
    arrival('the query of the path is compared', 'new URL(href).pathname;', 'href;'),
  ),
  arrival(
    'the fragment is read with the query',
    'const query = new URL(href).search;',
    'const query = href.slice(href.indexOf("?"));',
  ),
  seenBy(
    '#39',
    arrival(
      "the tab's flow is not known",
      'response?.state ?? findStateOfTab()',
      'response?.state',
    ),
  ),
  arrival(
    "the tab's flow goes before the response's",
    'response?.state ?? findStateOfTab()',
    'findStateOfTab() ?? response?.state',
  ),
  arrival('no response is one', 'if (!response || !state)', 'if (!state)'),
  arrival(
    'an error needs no flow of the tab',
    'if (!response || !state)',
    'if (!response)',
    'no record is found under an undefined state, and a response without any is left alone then',
  ),
  arrival(
    'an error of nobody belongs to a flow that is over',
    ': !response.state) return',
    ': false) return',
  ),
  arrival('an unknown flow is left alone', ': !response.state) return', ': true) return'),
  arrival(
    'a spent response comes back',
    'findTombstone(state) ? undefined : {',
    'state === "" ? undefined : {',
  ),
  seenBy(
    'too old',
    arrival(
      'the record is lost on the way',
      'state, query, transaction };',
      'state, query, transaction: undefined };',
    ),
  ),

  // The code
  seenBy(
    'too old',
    arrival(
      'an old flow is completed',
      'if (isExpired(transaction)) throw',
      'if (!transaction) throw',
    ),
  ),
  arrival(
    'an error is no failure of its own',
    'if (oauthError) throw',
    'if (oauthError && code) throw',
  ),
  arrival(
    'an invalid response is an error of Monerium',
    "'response_invalid'",
    "'authorization_error'",
  ),
  seenBy('#17', arrival('no code is fit', 'if (code) return code;', '')),
];
