// The contract kit: each clause of `stay-connected` without what it looks at, and the backends of
// the project that break a rule.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */
/**
 * @typedef {[rule: string, file: string, scope: string, find: string, replace: string,
 *   title: string]} Row
 */

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
 * @returns {Mutant[]}
 */
const ofKit = (fault, rows) =>
  rows.map(([rule, file, scope, find, replace, title]) => ({
    ...{ fault, rule, file: `src/testing/contract-kit/${file}.ts`, in: scope, find, replace },
    ...{ test: 'node/contract-sessions', title: `#${fault} .*${title}` },
  }));

/** @type {Mutant[]} */
const shown = [
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

export default [...ofKit(225, CLAUSES), ...ofKit(226, FREEDOMS), ...ofKit(227, REPORT), ...shown];
