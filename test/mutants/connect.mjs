// What the tests of the flow that the server starts have to notice.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */
/** @typedef {Omit<Mutant, 'test' | 'title'>} Rule */

const handler = 'src/server/connect-handler.ts';
const cookies = 'src/server/flow-cookies.ts';
const places = 'src/server/return-to.ts';
const exchange = 'src/server/exchange.ts';

/** @type {Rule[]} */
const ofPlaces = [
  {
    ...{ fault: 245, rule: 'a place on another origin is taken' },
    ...{ file: places, find: "url.origin === origin && !value.startsWith('//')", replace: 'true' },
  },
  {
    ...{ fault: 245, rule: 'a backslash is taken' },
    ...{ file: places, find: 'UNSAFE.test(value)', replace: 'false' },
  },
  {
    ...{ fault: 245, rule: 'two slashes are taken' },
    ...{ file: places, find: "!url.pathname.includes('//')", replace: 'true' },
  },
  {
    ...{ fault: 246, rule: 'a flow leads back to its start' },
    ...{ file: places, find: 'routes.includes(url.pathname)', replace: 'false' },
  },
];

/** @type {Rule[]} */
const ofFlows = [
  {
    ...{ fault: 247, rule: 'the challenge is that of another verifier' },
    ...{ file: handler, in: 'start' },
    find: 'const flow = { state, codeVerifier, $$$REST };',
    replace: 'const flow = { state, codeVerifier: state, $$$REST };',
  },
  {
    ...{ fault: 248, rule: 'the cookie goes out over http' },
    ...{ file: cookies, find: "isSecure ? '; Secure' : ''", replace: "''" },
  },
  {
    ...{ fault: 248, rule: 'what belongs to a flow can be read' },
    ...{ file: cookies, in: 'begin' },
    find: 'await this.#seal.seal(JSON.stringify(flow), this.#purpose)',
    replace: '`mcs1.${btoa(JSON.stringify(flow)).replace(/=+$/, "")}`',
  },
  {
    ...{ fault: 249, rule: 'a browser keeps every flow' },
    ...{ file: cookies, in: 'begin', find: 'MAX_FLOWS - 1', replace: '99' },
  },
  {
    ...{ fault: 249, rule: 'the newest flow goes first' },
    ...{ file: cookies, in: '#read', find: 'a.name < b.name', replace: 'a.name > b.name' },
  },
  {
    ...{ fault: 250, rule: 'the cookie of any flow will do' },
    ...{ file: cookies, in: 'find', find: 'flow?.state === state', replace: 'flow' },
  },
  {
    ...{ fault: 250, rule: 'a flow is good for every client' },
    ...{ file: cookies, find: 'JSON.stringify(binding)', replace: "''" },
  },
  {
    ...{ fault: 251, rule: 'the site says where the customer goes' },
    ...{ file: handler, in: 'redirectTo' },
    find: "own.set('location', location);",
    replace: "if (!own.has('location')) own.set('location', location);",
  },
  {
    ...{ fault: 252, rule: 'a second visit is a failure' },
    ...{ file: handler, find: 'if (!isSecondVisit) throw reason;', replace: 'throw reason;' },
  },
  {
    ...{ fault: 252, rule: 'a second visit needs no session' },
    ...{ file: handler, find: 'if (!isSecondVisit) throw reason;', replace: '' },
  },
  {
    ...{ fault: 252, rule: 'a code is sent as often as it comes' },
    ...{ file: exchange, find: 'refuseUnless(isFirst, $$$REST);', replace: '' },
  },
  {
    ...{ fault: 253, rule: 'what the site throws is the failure' },
    ...{ file: handler, in: 'nameFailure', find: '!isOfSite && $CODE', replace: '$CODE' },
  },
  {
    ...{ fault: 253, rule: 'the cookie of a flow stays' },
    ...{ file: handler, find: 'end ? [end] : []', replace: '[]' },
  },
  {
    ...{ fault: 254, rule: 'a flow has no end' },
    ...{
      file: handler,
      find: "if (flow.isExpired) throw fail('transaction_expired');",
      replace: '',
    },
  },
  {
    ...{ fault: 254, rule: 'a flow of the future is taken' },
    ...{ file: cookies, find: 'age < -MAX_SKEW_MS', replace: 'false' },
  },
  {
    ...{ fault: 255, rule: 'what makes no sense is no response' },
    ...{ file: handler, find: "throw fail('response_invalid')", replace: "throw fail('aborted')" },
  },
  {
    ...{ fault: 256, rule: 'an error without state ends the flow' },
    ...{ file: handler, find: "newest && { ...newest, end: '' }", replace: 'newest' },
  },
  {
    ...{ fault: 257, rule: 'a prefetch begins a flow' },
    ...{ file: handler, in: 'createConnectHandler' },
    ...{ find: 'isPrefetch(request)', replace: '!request' },
  },
  {
    ...{ fault: 257, rule: 'HEAD spends a code' },
    ...{ file: handler, in: 'plan' },
    find: "route === '/callback' && method === 'GET'",
    replace: "route === '/callback'",
  },
  {
    ...{ fault: 257, rule: 'HEAD begins a flow' },
    ...{ file: handler, in: 'plan' },
    find: "refuseUnless(method === 'GET', $$$REST);",
    replace: '',
  },
  {
    ...{ fault: 258, rule: 'the next page learns the address of the callback' },
    ...{ file: handler, find: "response.headers.set('referrer-policy', $POLICY);", replace: '' },
  },
  {
    ...{ fault: 258, rule: 'a cache keeps a response' },
    ...{ file: handler, find: "response.headers.set('cache-control', $RULE);", replace: '' },
  },
];

/** @type {Rule} */
const whole = {
  ...{ fault: 259, rule: 'a path without its beginning is unknown' },
  ...{ file: handler, in: 'findRoute' },
  ...{ find: 'paths[at]?.endsWith(pathname)', replace: 'paths[at] === pathname' },
};

/** @type {Rule[]} */
const ofRandom = [
  {
    ...{ fault: 268, rule: 'a response of another state takes the newest flow' },
    ...{ file: handler, in: 'readArrival' },
    ...{ find: 'flows.find(headers, state)', replace: 'flows.findNewest(headers)' },
  },
  {
    ...{ fault: 268, rule: 'two slashes in a path lead on' },
    ...{ file: 'src/server/return-to.ts', in: 'readReturnTo' },
    ...{ find: '!isOwn || routes.includes(url.pathname)', replace: 'false' },
  },
];

/** @type {Rule} */
const inBrowser = {
  ...{ fault: 269, rule: 'the customer comes back to the front page' },
  ...{ file: handler, in: 'finish' },
  ...{ find: 'addResult(returnTo, result)', replace: 'addResult(place, result)' },
};

/** @type {Rule} */
const inProcesses = {
  ...{ fault: 270, rule: 'a code is claimed by nobody' },
  ...{ file: 'src/server/exchange.ts', in: 'exchange' },
  ...{ find: 'await claimCode(store, grant.code, signal)', replace: 'true' },
};

export default [
  { ...inProcesses, test: 'node/server-connect-processes' },
  { ...inBrowser, test: 'e2e/without-script', title: '#269 .* with TypeScript$' },
  ...ofRandom.map((mutant) => ({ ...mutant, test: 'node/server-connect-random' })),
  ...ofPlaces.map((mutant) => ({ ...mutant, test: 'node/server-return-to' })),
  ...ofFlows.map((mutant) => ({ ...mutant, test: 'node/server-connect' })),
  { ...whole, test: 'node/server-connect-frameworks' },
];
