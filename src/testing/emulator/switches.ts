/** Faulty responses. The endpoint itself does not run, so no code or token is used up. */
export const FAULTS = [
  'none',
  'hang',
  'drip',
  'rate-limit',
  'unavailable',
  'server-error',
  'html',
  'empty',
  'redirect',
  'endless',
  'reset',
  'unauthorized',
  'not-found',
] as const;

export type Fault = (typeof FAULTS)[number];

const OPENER_POLICIES = ['', 'same-origin', 'same-origin-allow-popups'] as const;

/** `ask`: the customer decides on the portal's pages. */
const DECISIONS = ['ask', 'approve', 'refuse', 'fail'] as const;

export type Decision = (typeof DECISIONS)[number];

const UNLINKED = ['portal', 'error'] as const;

/** What can be changed about the emulator while it runs. */
export interface Switches {
  /** What is answered for the customer, who then sees no page of the portal. */
  decision: Decision;
  /** Whether the token response has `profile` and `userId`. */
  idsInToken: boolean;
  /** Whether error redirects have `state`. */
  stateOnErrors: boolean;
  /** Whether pages of other origins may use the API. Off: no CORS header, preflights fail. */
  cors: boolean;
  /** Whether token errors have OAuth's shape instead of Monerium's. */
  oauthErrors: boolean;
  /** Fault of `POST /auth/token`. */
  token: Fault;
  /** Fault of `GET /auth/context`. */
  context: Fault;
  /** `Retry-After` of the faults with status 429 and 503. An empty string leaves it out. */
  retryAfter: string;
  /** Whether pages of other origins may read `Retry-After`. */
  exposeRetryAfter: boolean;
  /** The `Location` of the `redirect` fault. */
  redirectTo: string;
  /** `expires_in` of the token response, true or not. `null` leaves it out. */
  expiresIn: number | string | null;
  /** `Cross-Origin-Opener-Policy` of `/auth` and the portal. An empty string leaves it out. */
  coop: (typeof OPENER_POLICIES)[number];
  /** How long a code is valid, checked when it is used: a test can let an issued code expire. */
  codeLifetimeMs: number;
  /** How long an access token is valid, checked when it is used. */
  accessTokenLifetimeMs: number;
  /** What `/auth` does for a wallet that signs in and that nobody has linked. */
  siweUnlinked: (typeof UNLINKED)[number];
  /** How far the clock that judges a sign-in by a wallet is ahead. Negative: behind. */
  siweSkewMs: number;
  /** Whether the portal links a wallet. Off: `/auth` ignores one, as the portal of 2026 may. */
  walletStep: boolean;
  /** Delay of the token response. The code is used up before the delay. */
  delayMs: number;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  decision: 'ask',
  idsInToken: true,
  stateOnErrors: true,
  cors: true,
  oauthErrors: false,
  token: 'none',
  context: 'none',
  retryAfter: '7',
  exposeRetryAfter: true,
  redirectTo: '',
  expiresIn: 3600,
  coop: '',
  codeLifetimeMs: 60_000,
  accessTokenLifetimeMs: 3_600_000,
  siweUnlinked: 'portal',
  siweSkewMs: 0,
  walletStep: true,
  delayMs: 0,
};

const CHOICES: Partial<Record<string, readonly string[]>> = {
  decision: DECISIONS,
  token: FAULTS,
  context: FAULTS,
  coop: OPENER_POLICIES,
  siweUnlinked: UNLINKED,
};

/** The values that a switch can have, where they are a few words. */
export function choicesOf(name: string): readonly string[] | undefined {
  return CHOICES[name];
}

type Check = (value: unknown) => boolean;

const isBoolean: Check = (value) => typeof value === 'boolean';
const isString: Check = (value) => typeof value === 'string';
const isDuration: Check = (value) => Number.isFinite(value) && Number(value) >= 0;
const isChoiceOf =
  (choices: readonly string[]): Check =>
  (value) =>
    choices.some((choice) => choice === value);

const checks: Record<keyof Switches, Check> = {
  decision: isChoiceOf(DECISIONS),
  idsInToken: isBoolean,
  stateOnErrors: isBoolean,
  cors: isBoolean,
  oauthErrors: isBoolean,
  token: isChoiceOf(FAULTS),
  context: isChoiceOf(FAULTS),
  retryAfter: isString,
  exposeRetryAfter: isBoolean,
  redirectTo: isString,
  expiresIn: (value) => value === null || typeof value === 'number' || isString(value),
  coop: isChoiceOf(OPENER_POLICIES),
  codeLifetimeMs: isDuration,
  accessTokenLifetimeMs: isDuration,
  siweUnlinked: isChoiceOf(UNLINKED),
  siweSkewMs: (value) => Number.isFinite(value),
  walletStep: isBoolean,
  delayMs: isDuration,
};

/** The end of an error message: the possible values, if there are few. */
function listValues(name: keyof Switches): string {
  const isYesOrNo = typeof DEFAULT_SWITCHES[name] === 'boolean';
  const values = isYesOrNo ? [true, false] : choicesOf(name);
  return values ? ` It can be ${values.map((value) => JSON.stringify(value)).join(', ')}.` : '';
}

const isSwitchName = (name: string): name is keyof Switches => Object.hasOwn(checks, name);

/** @throws TypeError for an unknown switch, which would otherwise silently do nothing */
export function assertSwitches(value: unknown): asserts value is Partial<Switches> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The switches must be an object.');
  }
  for (const [name, setting] of Object.entries(value)) {
    if (!isSwitchName(name)) throw new TypeError(`There is no switch '${name}'.`);
    if (!checks[name](setting)) {
      const fault = `The switch '${name}' cannot be ${JSON.stringify(setting)}.`;
      throw new TypeError(fault + listValues(name));
    }
  }
}
