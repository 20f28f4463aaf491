// What the model of three processes and the tests of the backend half have to notice.

/** @typedef {Omit<import('../../scripts/mutants/tables.mjs').Mutant, 'test'>} Rule */

const renewal = 'src/server/renewal.ts';
const connections = 'src/server/connections.ts';

/** @type {Rule} */
const withoutSecondReading = {
  rule: 'the tokens that were read before the lease are sent',
  ...{ file: renewal, in: 'renew' },
  find: 'row = requireOpen($ROW)',
  replace: 'row = { ...first, version: requireOpen($ROW).version }',
};

/** @type {Rule} */
const withoutClaims = {
  rule: 'a code goes to Monerium whoever has claimed it',
  file: 'src/server/exchange.ts',
  find: 'refuseUnless(isFirst, $$$REST);',
  replace: '',
};

/** @type {Rule[]} */
const ofTheModel = [
  withoutSecondReading,
  {
    rule: 'a lease that runs is taken',
    ...{ file: renewal, in: 'renew' },
    find: 'this.#msLeft(renewal) > 0',
    replace: 'renewal.until < 0',
  },
  {
    rule: 'whoever fails frees the lease, also that of another process',
    file: connections,
    find: 'if (isGone || $UNUSABLE) throw reason;',
    replace:
      'const now = await rows.read(id);\n' +
      'const free = now && { ...now.connection, renewal: undefined };\n' +
      'if (now) await rows.replace(id, now.version, free);\n' +
      'if (isGone || $UNUSABLE) throw reason;',
  },
  {
    rule: 'the tokens are written whatever the version',
    ...{ file: renewal, in: '#keep' },
    find: 'rows.replace(id, row.version, next)',
    replace: 'rows.replace(id, (await rows.read(id))?.version ?? 0, next)',
  },
  {
    rule: 'a write that has failed is not tried again',
    ...{ file: renewal, in: '#keep' },
    find: 'await pause(20, attempt);',
    replace: 'return planned.tokens;',
  },
  {
    rule: 'every failure ends the connection',
    ...{ file: renewal, in: '#refreshOnce' },
    find: 'isRefusal(error)',
    replace: 'error',
  },
  {
    rule: 'a lease that was taken over leaves no doubt',
    ...{ file: renewal, in: '#takeLease' },
    find: 'isTakenOver || renewal?.inDoubt === true',
    replace: 'renewal?.inDoubt === true',
  },
  {
    rule: 'an answer that was lost leaves no doubt',
    ...{ file: renewal, in: '#release' },
    find: 'lease.inDoubt || !HARMLESS.includes(error.code)',
    replace: 'lease.inDoubt',
  },
  {
    rule: 'the lease ends before the deadline of its request',
    file: connections,
    find: 'Math.max(60_000, 4 * timeoutMs)',
    replace: '(4 * timeoutMs) / 30',
  },
  withoutClaims,
  {
    rule: 'a code goes to Monerium when the store is away',
    file: 'src/server/claimed-code.ts',
    find: "return callSite('store', $$$REST);",
    replace: 'return store.claim(key, TTL_MS, signal).catch(() => true);',
  },
];

/** @type {Rule[]} */
const ofTheProcesses = [
  withoutSecondReading,
  withoutClaims,
  {
    rule: 'a lease ends before the answer to its request',
    ...{ file: connections, in: 'readOptions' },
    find: 'return { own, timeoutMs, apiUrl, leaseMs, rows, refreshAheadMs, concurrency };',
    replace: 'return { own, timeoutMs, apiUrl, leaseMs: 20, rows, refreshAheadMs, concurrency };',
  },
];

/** The model finds this one too rarely. */
const withoutLease = {
  rule: 'a connection is ended without a look at its lease',
  ...{ file: renewal, in: '#end' },
  find: '!row || row.connection.renewal?.by !== lease.by',
  replace: '!row',
  ...{ test: 'node/server-connections', title: 'not when the row holds other tokens' },
};

/** The model finds this one too rarely as well. */
const withoutEnd = {
  rule: 'an ended connection takes late tokens',
  ...{ file: renewal, in: '#keep' },
  find: '!moved || moved.connection.ended',
  replace: '!moved',
  ...{ test: 'node/server-connections', title: 'for good, whatever a late refresh brings' },
};

/** Real processes, over each database that is there. */
const race = { test: 'node/server-processes', title: 'send each code and each refresh token once' };

/** @type {Rule[]} */
const ofHostileInput = [
  {
    fault: 217,
    rule: 'a flow has what every object has',
    ...{ file: 'src/server/connect-handler.ts', in: 'finish' },
    find: 'ownFields<Partial<PendingFlow>>(flow ?? {})',
    replace: '(flow ?? {}) as Partial<PendingFlow>',
  },
  {
    fault: 217,
    rule: 'a row has what every object has',
    ...{ file: 'src/server/kept-connection.ts', in: 'Rows.read' },
    find: 'ownJson($ROW)',
    replace: '$ROW',
  },
  {
    fault: 217,
    rule: 'the store for Valkey takes options that nobody has set',
    ...{ file: 'src/server/valkey.ts', in: 'createValkeyStore' },
    find: 'ownFields(options)',
    replace: 'options',
  },
  {
    fault: 217,
    rule: 'the store for SQL takes options that nobody has set',
    ...{ file: 'src/server/sql.ts', in: 'createSqlStore' },
    find: 'ownFields(options)',
    replace: 'options',
  },
  {
    fault: 217,
    rule: 'a failure has what every object has',
    ...{ file: 'src/server/exchange-error.ts', in: 'detailOf' },
    find: 'ownFields($DETAIL)',
    replace: '$DETAIL',
  },
  {
    fault: 220,
    rule: 'an empty id is a row',
    ...{ file: 'src/server/stored-row.ts', in: 'requireId' },
    find: 'id.length >= 1',
    replace: 'true',
  },
  {
    fault: 220,
    rule: 'what is no text is a row',
    ...{ file: 'src/server/stored-row.ts', in: 'requireId' },
    find: 'throw new TypeError($TEXT)',
    replace: 'if (id === "") throw new TypeError($TEXT)',
  },
  {
    fault: 221,
    rule: 'what is thrown is read, whatever it is',
    ...{ file: 'src/server/exchange-error.ts', in: 'detailOf' },
    find: 'isConnectError(reason) ? reason.detail : {}',
    replace: '{ ...(reason as ConnectErrorDetail) }',
  },
];

/** @type {Rule[]} */
const ofTheClaims = [
  {
    fault: 218,
    rule: 'a refused code stays claimed',
    ...{ file: 'src/server/exchange.ts', in: 'exchange' },
    find: 'await releaseCode($$$CODE);',
    replace: '',
  },
  {
    fault: 218,
    rule: 'a code whose outcome is not known is free again',
    ...{ file: 'src/server/claimed-code.ts', in: 'isCodeRefused' },
    find: "code === 'exchange_rejected' && $WORD",
    replace: "code === 'exchange_network' || code === 'exchange_timeout' || ($WORD)",
  },
  {
    fault: 218,
    rule: 'any word of a token endpoint frees a code',
    ...{ file: 'src/server/claimed-code.ts', in: 'isCodeRefused' },
    find: "oauthError === 'invalid_grant'",
    replace: 'true',
  },
  {
    fault: 218,
    rule: 'a failing server that says the word frees a code',
    ...{ file: 'src/server/claimed-code.ts', in: 'isCodeRefused' },
    find: "code === 'exchange_rejected' && $WORD",
    replace: '$WORD',
  },
  {
    fault: 218,
    rule: 'a post that has no claim frees that of another',
    ...{ file: 'src/server/exchange.ts', in: 'exchange' },
    find: 'refuseUnless(isFirst, $$$REST);',
    replace:
      'if (!isFirst) await releaseCode(store, grant.code, signal);\nrefuseUnless(isFirst, $$$REST);',
  },
];

const pauses = 'src/server/pauses.ts';
const rows = 'src/server/kept-connection.ts';

/** @type {Rule[]} */
const ofOutages = [
  {
    ...{ fault: 210, rule: 'every answer with 400 or 401 ends the connection' },
    file: 'src/server/request-refresh.ts',
    find: "oauthError === 'invalid_grant' && $STATUS",
    replace: '$STATUS',
  },
  {
    ...{ fault: 212, rule: 'a silent Monerium is asked on and on' },
    file: pauses,
    find: 'timeouts + 1 >= SILENT_AFTER',
    replace: 'timeouts < 0',
  },
  {
    ...{ fault: 212, rule: 'after a pause all requests go at once' },
    file: pauses,
    find: 'left <= 0 && !isTrying',
    replace: 'left <= 0',
  },
  {
    ...{ fault: 213, rule: 'a line that everybody has left goes on' },
    file: 'src/server/shared-work.ts',
    find: 'running.left.abort();',
    replace: '',
  },
  {
    ...{ fault: 213, rule: 'a caller waits for as long as it takes' },
    ...{ file: 'src/server/deadline.ts', in: 'waitAtMost' },
    find: 'setTimeout(() => reject(late()), ms)',
    replace: 'setTimeout(() => reject(late()), 50 * ms)',
  },
  {
    ...{ fault: 214, rule: 'a lease that is never taken is asked for without end' },
    ...{ file: renewal, in: 'renew' },
    find: '++swaps === MAX_SWAPS',
    replace: '++swaps < 0',
  },
  {
    ...{ fault: 214, rule: 'new tokens that are never taken are written without end' },
    ...{ file: renewal, in: '#keep' },
    find: 'swaps === MAX_SWAPS',
    replace: 'swaps < 0',
  },
  {
    ...{ fault: 215, rule: 'one client pauses all' },
    ...{ file: pauses, in: '#stateOf' },
    find: 'this.#clients.get(clientId)',
    replace: '[...this.#clients.values()][0]',
  },
  {
    ...{ fault: 215, rule: 'a pause is as long as Monerium asks' },
    file: pauses,
    find: 'Math.min(retryAfterMs, HEEDED_MS[code] ?? 0)',
    replace: 'retryAfterMs',
  },
  {
    ...{ fault: 216, rule: 'a token without a life is refreshed at each call' },
    file: rows,
    find: 'now + MIN_LIFE_MS',
    replace: 'now - MIN_LIFE_MS',
  },
];

/** @type {Rule} */
const withNoise = {
  fault: 224,
  rule: 'the console complains about the doctor',
  ...{ file: 'src/server/run.ts', in: 'createRun' },
  find: 'reason !== EMPTY_POST',
  replace: 'true',
};

/** @type {Rule[]} */
const ofTheStores = [
  {
    fault: 219,
    rule: 'a server that throws rows away is taken',
    ...{ file: 'src/server/valkey.ts', in: 'check' },
    find: "policy?.trim() === 'noeviction'",
    replace: 'true',
  },
];

/** @type {Rule[]} */
const ofTheListener = [
  {
    fault: 221,
    rule: 'a header that Node refuses is left to nobody',
    ...{ file: 'src/server/node.ts', in: 'toNodeListener' },
    find: "await writeResponse(message, response, refusal(500, 'server_error'));",
    replace: 'throw reason;',
  },
  {
    fault: 222,
    rule: 'what nobody reads is taken in',
    ...{ file: 'src/server/node.ts', in: 'streamBody' },
    find: 'message.pause();',
    replace: '',
  },
  {
    fault: 222,
    rule: 'the connection of half a body stays open',
    ...{ file: 'src/server/node.ts', in: 'writeResponse' },
    find: "headers['connection'] = 'close';",
    replace: 'void 0;',
  },
  {
    fault: 222,
    rule: 'every connection is closed',
    ...{ file: 'src/server/node.ts', in: 'writeResponse' },
    find: 'message.complete === false',
    replace: 'true',
  },
];

/** @type {Rule[]} */
const ofTheDemo = [
  {
    fault: 223,
    rule: 'a database that can be read is ready',
    ...{ file: 'demo/backend/app.ts', in: 'judge' },
    find: "store.claim('ready', $$$REST)",
    replace: "store.read('ready', AbortSignal.timeout(READY_MS))",
  },
];

const seal = 'src/server/seal.ts';

/** @type {Rule[]} */
const ofTheSeal = [
  {
    ...{ fault: 242, rule: 'a sealed text opens in any place' },
    ...{
      file: seal,
      in: 'aesGcm',
      find: 'toBytes(VERSION + purpose)',
      replace: 'toBytes(VERSION)',
    },
  },
  {
    ...{ fault: 242, rule: 'one key for every use of the secret' },
    ...{ file: seal, in: 'deriveKey' },
    find: 'toBytes(`monerium-connect ${VERSION} ${use}`)',
    replace: 'toBytes(`monerium-connect ${VERSION}`)',
  },
  {
    ...{ fault: 242, rule: 'several spellings of the same bytes open' },
    ...{ file: 'src/server/bytes.ts', in: 'fromBase64Url' },
    find: 'toBase64Url(bytes) === text',
    replace: 'bytes',
  },
  {
    ...{ fault: 242, rule: 'the nonce is always the same' },
    ...{ file: seal, in: 'seal' },
    find: 'crypto.getRandomValues(new Uint8Array(NONCE_BYTES))',
    replace: 'new Uint8Array(NONCE_BYTES)',
  },
  {
    ...{ fault: 243, rule: 'one secret opens' },
    ...{ file: seal, in: 'open' },
    find: 'await readKeys()',
    replace: '(await readKeys()).slice(0, 1)',
  },
  {
    ...{ fault: 243, rule: 'a short secret is taken' },
    ...{ file: seal, in: 'createSealFor' },
    find: 'toBytes(text).length >= MIN_SECRET_BYTES',
    replace: 'text.length > 0',
  },
  {
    ...{ fault: 244, rule: 'the store for SQL writes in the clear' },
    ...{ file: 'src/server/sql.ts', in: 'createSqlStore' },
    find: 'await seal(JSON.stringify(next), id)',
    replace: 'JSON.stringify(next)',
  },
  {
    ...{ fault: 244, rule: 'the store for Valkey writes in the clear' },
    ...{ file: 'src/server/valkey.ts', in: 'createValkeyStore' },
    find: 'await seal(JSON.stringify(next), id)',
    replace: 'JSON.stringify(next)',
  },
];

/** @type {Rule[]} */
const ofFind = [
  {
    ...{ fault: 241, rule: 'who has to connect again is connected' },
    ...{ file: connections, in: 'find', find: '!row || row.connection.ended', replace: '!row' },
  },
  {
    ...{ fault: 241, rule: 'whoever asks gets the tokens' },
    ...{ file: connections, in: 'find', find: 'return { profile, userId };' },
    replace: 'return row.connection;',
  },
];

const byOwnClock = {
  ...{ fault: 211, rule: "the process's own clock decides" },
  file: rows,
  find: 'row.now - Date.now()',
  replace: '0',
};

export default [
  ...ofOutages.map((mutant) => ({ ...mutant, test: 'node/server-outages' })),
  { ...byOwnClock, test: 'node/server-model' },
  ...ofTheModel.map((mutant) => ({ ...mutant, test: 'node/server-model' })),
  withoutLease,
  withoutEnd,
  ...ofTheSeal.map((mutant) => ({ ...mutant, test: 'node/server-seal' })),
  ...ofFind.map((mutant) => ({ ...mutant, test: 'node/server-connections', title: '#241' })),
  ...ofTheProcesses.map((mutant) => ({ ...mutant, ...race })),
  ...ofHostileInput.map((mutant) => ({ ...mutant, test: 'node/server-hostile' })),
  ...[...ofTheClaims, withNoise].map((mutant) => ({ ...mutant, test: 'node/server-claims' })),
  ...ofTheStores.map((mutant) => ({ ...mutant, test: 'node/server-stores' })),
  ...ofTheDemo.map((mutant) => ({ ...mutant, test: 'node/backend-engines' })),
  ...ofTheListener.map((mutant) => ({ ...mutant, test: 'node/server-node' })),
];
