/**
 * What can go wrong with an answer. A fault stands in front of its endpoint, so no code or token is
 * used up by it.
 */
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

/** What can be changed about the emulator while it runs. */
export interface Switches {
  /** The token answer carries `profile` and `userId`. */
  idsInToken: boolean;
  /** Error redirects echo `state`. */
  stateOnErrors: boolean;
  /** CORS on all API endpoints. Off: no CORS header at all, and preflights get no permission. */
  cors: boolean;
  /** Token errors in OAuth's shape instead of Monerium's. */
  oauthErrors: boolean;
  /** Fault of `POST /auth/token`. */
  token: Fault;
  /** Fault of `GET /auth/context`. */
  context: Fault;
  /** `Retry-After` of the faults that answer 429 and 503; empty leaves it out. */
  retryAfter: string;
  /** Lets pages of other origins read `Retry-After`. */
  exposeRetryAfter: boolean;
  /** Where the `redirect` fault points. */
  redirectTo: string;
  /** The `expires_in` that is told, whatever the real life of the token; null leaves it out. */
  expiresIn: number | string | null;
  /** `Cross-Origin-Opener-Policy` of `/auth` and the portal. */
  coop: (typeof OPENER_POLICIES)[number];
  /** Read when a code is redeemed, so that a test can let issued codes expire. */
  codeLifetimeMs: number;
  /** Delays the token endpoint's answer; the code is used up before the wait. */
  delayMs: number;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
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
  delayMs: 0,
};

type Check = (value: unknown) => boolean;

const isBoolean: Check = (value) => typeof value === 'boolean';
const isString: Check = (value) => typeof value === 'string';
const isDuration: Check = (value) => Number.isFinite(value) && Number(value) >= 0;
const isFault: Check = (value) => FAULTS.some((fault) => fault === value);

const checks: Record<keyof Switches, Check> = {
  idsInToken: isBoolean,
  stateOnErrors: isBoolean,
  cors: isBoolean,
  oauthErrors: isBoolean,
  token: isFault,
  context: isFault,
  retryAfter: isString,
  exposeRetryAfter: isBoolean,
  redirectTo: isString,
  expiresIn: (value) => value === null || typeof value === 'number' || isString(value),
  coop: (value) => OPENER_POLICIES.some((policy) => policy === value),
  codeLifetimeMs: isDuration,
  delayMs: isDuration,
};

const isSwitchName = (name: string): name is keyof Switches => Object.hasOwn(checks, name);

/** Throws on a misspelt switch: one that is silently ignored makes a test pass for no reason. */
export function assertSwitches(value: unknown): asserts value is Partial<Switches> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The switches must be an object.');
  }
  for (const [name, setting] of Object.entries(value)) {
    if (!isSwitchName(name)) throw new TypeError(`There is no switch '${name}'.`);
    if (!checks[name](setting)) {
      throw new TypeError(`The switch '${name}' cannot be ${JSON.stringify(setting)}.`);
    }
  }
}
