// The contract kit: each clause of `stay-connected` without what it looks at, and the backends of
// the project that break a rule.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */
/**
 * @typedef {[rule: string, file: string, scope: string, find: string, replace: string,
 *   title: string]} Row
 */

/** @type {Row[]} */
const STARTS = [
  [
    'the challenge may be a verifier',
    'starts',
    'start',
    'fields[name] === value',
    'true',
    'sends no method of the challenge',
  ],
  [
    'the start may be a page',
    'start-visitor',
    'begin',
    'assertThat(isLed, $SEEN)',
    '',
    'begins with a page of its own',
  ],
  [
    'the customer may end anywhere',
    'starts',
    'start',
    'place?.href === expected',
    'true',
    'forgets where the customer was',
  ],
  [
    'two flows may have one state',
    'starts',
    'start',
    'new Set(values).size === 2',
    'true',
    'begins all flows with one state',
  ],
  [
    'any parameter may be passed on',
    'starts',
    'start',
    '!auth.searchParams.getAll(name).includes(value)',
    'true',
    'passes on what it does not know',
  ],
  [
    'a cookie may have any flags',
    'starts',
    'start',
    'missing.length === 0',
    'true',
    'lets scripts read the cookie',
  ],
  [
    'a cookie may stay for ever',
    'starts',
    'start',
    'Number(age) === DAY_S',
    'true',
    'keeps the cookie for a week',
  ],
  [
    'the verifier may be shown',
    'starts',
    'start',
    "assertHidden(ended, verifier, 'the verifier')",
    '',
    'shows the verifier',
  ],
  [
    'a browser may have any number of flows',
    'starts',
    'start',
    "kept === '001111'",
    'true',
    'keeps every flow',
  ],
  [
    'the customer may end at another origin',
    'starts',
    'start',
    'place?.origin === origin',
    'place',
    'leads wherever it is told to',
  ],
  [
    'HEAD may begin a flow',
    'starts',
    'every',
    "['HEAD', 'POST', 'OPTIONS']",
    "['POST', 'OPTIONS']",
    'begins with HEAD',
  ],
  [
    'a prefetch may begin a flow',
    'starts',
    'every',
    "['prefetch', 'prefetch;prerender']",
    '[]',
    'takes a prefetch for a visit',
  ],
  [
    'a cache may keep a response',
    'starts',
    'every',
    '/no-store/i.test(control)',
    'true',
    'lets a cache keep what it refuses',
  ],
  [
    'a Referer may have the code',
    'starts',
    'every',
    "policy === 'no-referrer'",
    'true',
    'says nothing of the Referer',
  ],
  [
    'a cookie may be changed',
    'callbacks',
    'callbacks',
    'assertResult(harness, answer, $CODE)',
    '',
    'looks at the name of a cookie alone',
  ],
  [
    'a cookie may outlive its flow',
    'callbacks',
    'callbacks',
    'first === undefined',
    'true',
    'leaves the cookie of a flow',
  ],
  [
    'a session may be one from before',
    'callbacks',
    'callbacks',
    "assertThat($STATUS, 'still knows the session from before the connection')",
    '',
    'keeps the session from before',
  ],
  [
    'a failure may have any word',
    'start-visitor',
    'assertResult',
    'seen === result',
    'true',
    'has another word for rate_limited',
  ],
  [
    'a token may be shown',
    'callbacks',
    'callbacks',
    'assertNoToken(answer)',
    '',
    'shows the token',
  ],
  [
    'anybody may read who is connected',
    'callbacks',
    'callbacks',
    '!isOpen',
    'true',
    'lets anybody read who is connected',
  ],
];

/** @type {Row[]} */
const CLAUSES = [
  [
    'another origin may read who is connected',
    ...['sessions', 'assertUnreadable', "allowed !== origin && allowed !== '*'", 'true'],
    'allows any origin to read',
  ],
  [
    'a GET may show a token',
    ...['sessions', 'sessions', 'assertNoToken(answer)', ''],
    'answers GET with the access token',
  ],
  [
    'a GET may set any cookie',
    ...['sessions', 'sessions', 'assertFlags(harness, answer)', ''],
    'renews the cookie at GET',
  ],
  [
    'a GET may show the session id',
    ...['sessions', 'sessions', 'assertHidden($$$REST)', ''],
    'tells scripts the session id',
  ],
  [
    'two customers may be one',
    ...[
      'sessions',
      'sessions',
      "assertSame($ANSWER, $IDS, 'answered with the ids of another')",
      '',
    ],
    'keeps the last customer in a variable',
  ],
  [
    'a session id may be a counter',
    ...['session-ids', 'sessionIds', 'bits >= MIN_BITS', 'true'],
    'takes a counter for a session id',
  ],
  [
    'a session id may be the hash of a counter',
    ...['session-ids', 'sessionIds', '!isHash', 'true'],
    'takes the hash of a counter',
  ],
  [
    'the address may name the session',
    ...['session-ids', 'sessionIds', '!isOf(told, visitor.ids)', 'true'],
    'takes the session from the query',
  ],
  [
    'the address may name the customer',
    ...['session-ids', 'sessionIds', '!isOf(other, second.ids)', 'true'],
    'tells about the customer whom the address names',
  ],
  [
    'a cookie may be any text',
    ...['session-ids', 'sessionIds', 'TRICKS.map($$$REST)', '[]'],
    'puts the cookie into SQL',
  ],
  [
    'a cookie may say who it is',
    ...['session-ids', 'sessionIds', '!isOf(told, second.ids)', 'true'],
    'believes the ids in a cookie without a signature',
  ],
  [
    'the old session may stay',
    ...[
      'session-ids',
      'sessionIds',
      "assertThat($IS, 'still knows the session from before the connection')",
      '',
    ],
    'leaves the old session valid',
  ],
  [
    'another origin may end the session',
    ...[
      'session-ends',
      'sessionEnds',
      'visitor.assertConnected(`ended the session for ${what}`)',
      "''",
    ],
    'lets any origin end a session',
  ],
  [
    'a link may end the session',
    ...[
      'session-ends',
      'sessionEnds',
      "visitor.assertConnected('ended the session by a link with _method=DELETE')",
      "''",
    ],
    '_method=DELETE of a link',
  ],
  [
    'a form may end the session',
    ...[
      'session-ends',
      'sessionEnds',
      "visitor.assertConnected('ended the session by a form with _method=DELETE')",
      "''",
    ],
    '_method=DELETE of a POST',
  ],
  [
    'the sessions of others may end',
    ...[
      'session-ends',
      'sessionEnds',
      "second.assertConnected('ended the session of another together with its own')",
      "''",
    ],
    'ends every session at DELETE',
  ],
].map((row) => /** @type {Row} */ (row));

/** @type {Row[]} */
const FREEDOMS = [
  [
    'DELETE has to be answered with 2xx',
    'session-ends',
    'isDone',
    'status === 404',
    'false',
    'answers DELETE with 404',
  ],
  [
    'somebody who is not connected gets 204',
    'visitor',
    'assertNobody',
    '[204, 401, 404]',
    '[204]',
    'with 401',
  ],
  [
    'a session needs a cookie',
    'visitor',
    'Visitor.connect',
    'hasHeaders || $MORE',
    '$MORE',
    'bearer token',
  ],
  [
    'nothing is waited for',
    'harness',
    'Harness.send',
    'pauses < MAX_PAUSES',
    'false',
    'one that limits the rate',
  ],
  [
    'no cookie is for scripts',
    'responses',
    'assertFlags',
    "has('httponly') || $MORE",
    "has('httponly')",
    'gives scripts a token',
  ],
];

/** @type {Row[]} */
const REPORT = [
  [
    'the report has values',
    'trace',
    'describeFields',
    'Object.keys(fields)',
    'Object.values(fields).map(String)',
    'by names',
  ],
  [
    'the report has no link',
    'check-backend',
    'checkBackend',
    '`${DOCUMENT}#${why}`',
    "''",
    'by names',
  ],
];

/**
 * @param {number} fault
 * @param {Row[]} rows
 * @param {string} [test]
 * @returns {Mutant[]}
 */
const ofKit = (fault, rows, test = 'node/contract-sessions') =>
  rows.map(([rule, file, scope, find, replace, title]) => ({
    ...{ fault, rule, file: `src/testing/contract-kit/${file}.ts`, in: scope, find, replace },
    ...{ test, title: `#${fault} .*${title}` },
  }));

/** @type {Mutant[]} */
const shown = [
  {
    ...{ fault: 261, rule: 'a sound server has to have the prefix on http' },
    ...{ file: 'src/testing/contract-kit/starts.ts', in: 'start' },
    ...{ find: "!isSecure || name.startsWith('__Host-')", replace: "name.startsWith('__Host-')" },
    ...{ test: 'node/contract-starts', title: '#261' },
  },
  {
    ...{ fault: 228, rule: 'the examples keep the session before a connection' },
    ...{ file: 'examples/sessions.ts', in: 'onConnected' },
    ...{ find: 'await connections.disconnect(readId(request));', replace: '' },
    ...{ test: 'node/examples', title: '#228 the example of a Worker' },
  },
  {
    ...{ fault: 228, rule: 'the demo backend keeps the session before a connection' },
    ...{ file: 'demo/backend/app.ts', in: 'deleteEnded' },
    ...{ find: 'await connections.disconnect(former.id)', replace: "''" },
    ...{ test: 'node/examples', title: '#228 the demo backend' },
  },
];

export default [
  ...ofKit(260, STARTS, 'node/contract-starts'),
  ...ofKit(225, CLAUSES),
  ...ofKit(226, FREEDOMS),
  ...ofKit(227, REPORT),
  ...shown,
];
