import { Violation, type Answer, type Bench, type Fields } from './bench.js';

/** One sentence of the contract between the element and a backend. */
export interface Clause {
  name: string;
  /** How to mend a backend that breaks it. */
  hint: string;
  /** @throws Violation that says what the backend did instead */
  check(bench: Bench): Promise<void>;
  /** Only where pages of another origin post. */
  isCors?: true;
}

const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

function readIdentity({ status, text }: Answer): { profile: unknown; userId: unknown } {
  demand(status === 200, `answered ${status}`);
  try {
    const { defaultProfile, profile = defaultProfile, userId } = Object(JSON.parse(text)) as Fields;
    return { profile, userId };
  } catch {
    throw new Violation('answered 200, but no JSON');
  }
}

function demandIdentity(answer: Answer): void {
  for (const [name, id] of Object.entries(readIdentity(answer))) {
    const isIdentifier = typeof id === 'string' && IDENTIFIER.test(id);
    demand(isIdentifier, `answered 200, but no valid ${name}`);
  }
}

function demandOneExchange({ exchanges: { length }, emulator }: Bench): void {
  const where = length === 0 ? `; is ${emulator.url} its address of Monerium?` : '';
  demand(length === 1, `sent ${length} token requests, not 1${where}`);
}

/** The page is told of a failure, and Monerium was never asked. */
function demandRefusal(bench: Bench, { status }: Answer): void {
  demand(status >= 400 && status < 500, `answered ${status}, not 4xx`);
  demand(bench.exchanges.length === 0, `answered ${status}, but sent the code to Monerium`);
}

/** A clause for a post that has to be refused before anything else happens. */
function refuses(what: string, hint: string, attempt: (bench: Bench) => Promise<Answer>): Clause {
  const check = async (bench: Bench) => {
    bench.prepare();
    demandRefusal(bench, await attempt(bench));
  };
  return { name: `refuses ${what}`, hint, check };
}

/** A clause for a Monerium that does not do its part. */
function survives(what: string, hint: string, switches: Parameters<Bench['prepare']>[0]): Clause {
  const check = async (bench: Bench) => {
    bench.prepare(switches);
    const { status } = await bench.post(bench.createFields());
    demandOneExchange(bench);
    demand(status >= 500 || status === 429, `answered ${status}, not 5xx`);
  };
  return { name: `tells the page of ${what}`, hint, check };
}

const COMPARE = 'Compare it with a list of your own, exactly, before you ask Monerium.';
const ONCE =
  'Send a code once, whatever happens: a second use can make Monerium revoke the tokens.';
const DEADLINE = 'Set one deadline, below 20 s, from the request to the last byte of the answer.';
const READ = 'Take nothing but a JSON object with status 200, and follow no redirect.';

export const contract: Clause[] = [
  {
    name: 'connects a right post',
    hint: 'Answer 200 with {"profile":"…","userId":"…"} after one token request with the four fields.',
    async check(bench) {
      bench.prepare();
      const fields = bench.createFields();
      const answer = await bench.post(fields);
      demandOneExchange(bench);
      const [sent] = bench.exchanges;
      for (const [name, value] of Object.entries(fields)) {
        demand(sent?.get(name) === value, `sent another ${name} to Monerium`);
      }
      demandIdentity(answer);
    },
  },
  {
    name: 'keeps the tokens to itself',
    hint: 'Answer the two ids only. Tokens belong on your server, not in a body, header or cookie.',
    async check(bench) {
      bench.prepare();
      const { text, headers } = await bench.post(bench.createFields());
      demandOneExchange(bench);
      const shown = text + JSON.stringify([...headers]);
      demand(!/(access|refresh)_[\w-]{43}/.test(shown), 'sent a token to the browser');
    },
  },
  {
    name: 'asks /auth/context when the token answer has no ids',
    hint: 'GET {api}/auth/context with the new token; profile is defaultProfile, else the only one.',
    async check(bench) {
      bench.prepare({ idsInToken: false });
      demandIdentity(await bench.post(bench.createFields()));
      demandOneExchange(bench);
    },
  },
  {
    name: 'fails when nobody can tell the ids',
    hint: 'Without both ids answer 5xx: a 200 has to name who was connected.',
    async check(bench) {
      bench.prepare({ idsInToken: false, context: 'not-found' });
      const { status } = await bench.post(bench.createFields());
      demandOneExchange(bench);
      demand(status >= 400, `answered ${status}`);
    },
  },
  refuses('a foreign origin', COMPARE, (bench) =>
    bench.post(bench.createFields(), { origin: 'https://foreign.example' }),
  ),
  refuses('an origin that only begins like yours', COMPARE, (bench) =>
    bench.post(bench.createFields(), { origin: `${bench.backend.origin}.foreign.example` }),
  ),
  refuses('the origin null', COMPARE, (bench) =>
    bench.post(bench.createFields(), { origin: 'null' }),
  ),
  ...['text/plain', 'application/x-www-form-urlencoded'].map((type) =>
    refuses(
      `the content type ${type}`,
      'Take application/json only: every other site can send the simple types without asking.',
      (bench) => bench.post(bench.createFields(), { 'content-type': type }),
    ),
  ),
  refuses('a body over 8 KiB', 'Set a limit of 8 KiB for the body of this route.', (bench) =>
    bench.post(bench.createFields({ padding: 'x'.repeat(64 * 1024) })),
  ),
  refuses('a body that is no JSON', 'Answer 400 when the body cannot be parsed.', (bench) =>
    bench.post('{"code":'),
  ),
  refuses('a redirect URI that is not yours', COMPARE, (bench) =>
    bench.post(bench.createFields({ redirect_uri: `${bench.backend.redirectUri}/elsewhere` })),
  ),
  refuses('a client that is not yours', COMPARE, (bench) =>
    bench.post(bench.createFields({ client_id: '00000000-0000-4000-8000-000000000000' })),
  ),
  ...['x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(43)}\n`, ['x'.repeat(43)]].map((verifier) =>
    refuses(
      `a malformed code_verifier (${describe(verifier)})`,
      'It is a string of 43 to 128 characters of A-Z, a-z, 0-9, "-", ".", "_" and "~".',
      (bench) => bench.post(bench.createFields({ code_verifier: verifier })),
    ),
  ),
  ...['', 'x'.repeat(2049), { a: 1 }].map((code) =>
    refuses(
      `a malformed code (${describe(code)})`,
      'It is a string of 1 to 2,048 printable ASCII characters.',
      (bench) => bench.post(bench.createFields({ code })),
    ),
  ),
  {
    name: 'refuses a code that was posted before',
    hint: 'Pass on what Monerium says of it: 4xx, such as 400 with {"error":"invalid_grant"}.',
    async check(bench) {
      bench.prepare();
      const fields = bench.createFields();
      demand((await bench.post(fields)).status === 200, 'did not connect the first post');
      const { status } = await bench.post(fields);
      demand(status >= 400 && status < 500, `answered ${status}, not 4xx`);
    },
  },
  {
    name: 'connects one of two posts of one code at once',
    hint: 'One of them has to fail with 4xx, whichever comes second.',
    async check(bench) {
      bench.prepare({ delayMs: 100 });
      const fields = bench.createFields();
      const answers = await Promise.all([bench.post(fields), bench.post(fields)]);
      const statuses = answers.map(({ status }) => status).sort();
      const [good = 0, bad = 0] = statuses;
      demand(good === 200 && bad >= 400 && bad < 500, `answered ${statuses.join(' and ')}`);
    },
  },
  {
    name: 'tells the page that Monerium refused the code',
    hint: 'Answer 4xx, such as 400 with {"error":"invalid_grant"}.',
    async check(bench) {
      bench.prepare({ oauthErrors: true });
      const { status } = await bench.post(bench.createFields({ code_verifier: 'x'.repeat(43) }));
      demandOneExchange(bench);
      demand(status >= 400 && status < 500, `answered ${status}, not 4xx`);
    },
  },
  survives('a Monerium that is down', ONCE, { token: 'unavailable' }),
  survives('a Monerium that is broken', ONCE, { token: 'server-error' }),
  survives('a Monerium that is busy', ONCE, { token: 'rate-limit' }),
  survives('a Monerium that hangs up', ONCE, { token: 'reset' }),
  survives('a Monerium that answers a page', READ, { token: 'html' }),
  {
    name: 'follows no redirect with the code',
    hint: READ,
    async check(bench) {
      bench.prepare({ token: 'redirect', redirectTo: `${bench.emulator.url}/elsewhere` });
      const { status } = await bench.post(bench.createFields());
      const isFollowed = bench.emulator.requests.some(({ path }) => path === '/elsewhere');
      demand(!isFollowed, 'took the request to another address');
      demand(status >= 500, `answered ${status}, not 5xx`);
    },
  },
  survives('a Monerium that never ends its answer', READ, { token: 'endless' }),
  survives('a Monerium that answers drop by drop', DEADLINE, { token: 'drip' }),
  survives('a Monerium that hangs at /auth/context', DEADLINE, {
    idsInToken: false,
    context: 'hang',
  }),
  {
    name: 'lets a page of another origin post',
    hint: 'Answer the preflight and the post with Access-Control-Allow-Origin for your own origins.',
    isCors: true,
    async check(bench) {
      bench.prepare();
      const { origin } = bench.backend;
      const wish = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      const preflight = await bench.ask({ method: 'OPTIONS', headers: wish });
      demand(preflight.status < 300, `answered the preflight with ${preflight.status}`);
      const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
      demand(/content-type|\*/i.test(allowed), 'does not allow the header Content-Type');
      const { headers } = await bench.post(bench.createFields());
      for (const answer of [preflight.headers, headers]) {
        const value = answer.get('access-control-allow-origin') ?? 'none';
        demand(value === origin || value === '*', `allows the origin ${value}`);
      }
    },
  },
  {
    name: 'lets no page of a foreign origin post or read',
    hint: 'Never echo the Origin header: name your own origins, and send Vary: Origin.',
    async check(bench) {
      bench.prepare();
      const origin = 'https://foreign.example';
      const wish = { origin, 'access-control-request-method': 'POST' };
      const preflight = await bench.ask({ method: 'OPTIONS', headers: wish });
      const { headers } = await bench.post(bench.createFields(), { origin });
      for (const answer of [preflight.headers, headers]) {
        const value = answer.get('access-control-allow-origin') ?? '';
        demand(value !== origin && value !== '*', `allows the origin ${value}`);
      }
    },
  },
];

function describe(value: unknown): string {
  if (typeof value !== 'string') return Array.isArray(value) ? 'a list' : 'an object';
  return `${value.length} characters${value.endsWith('\n') ? ', one a line break' : ''}`;
}
