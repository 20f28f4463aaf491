import { StartFailure } from '../../src/testing/start-failure.js';

/** How many requests are let through, and in how many seconds. */
export interface Rate {
  readonly points: number;
  readonly seconds: number;
}

export interface BackendOptions {
  /** Default: a port that the system chooses. */
  port?: number;
  /** Monerium's API, without a slash at the end. */
  apiUrl: string;
  clientId: string;
  /**
   * Every redirect URI of the site, exactly as registered with Monerium. Only pages of their
   * origins may post here and read responses.
   */
  redirectUris: string[];
  /** A file for SQLite, which is created when it does not exist, `postgres://…` or `valkey://…`. */
  database: string;
  /** Encrypts the tokens: 32 random bytes in base64, or several with commas between. */
  key: string | undefined;
  /** Deadline of an exchange. Below the element's own 20 s, so that the element gets a reason. */
  timeoutMs?: number;
  /** How many proxies in front of this server write `X-Forwarded-For`. Default: 0. */
  proxies?: number;
  /** `connect` counts the posts of an address, `session` the questions about a session. */
  limits?: { connect: Rate; session: Rate };
  /** Called with each line of the log. No line contains a secret. */
  log?: (line: string) => void;
}

export type BackendSettings = ReturnType<typeof readSettings>;

const LIMITS = { connect: { points: 20, seconds: 60 }, session: { points: 120, seconds: 60 } };

/** The options with their defaults. */
export function readSettings(options: BackendOptions) {
  const { timeoutMs = 15_000, proxies = 0, limits = LIMITS, log = console.error } = options;
  const origins = options.redirectUris.map((uri) => new URL(uri).origin);
  return { ...options, timeoutMs, proxies, limits, log, allowedOrigins: [...new Set(origins)] };
}

/**
 * Reads the options from the variables of `npm run backend`.
 *
 * @throws {StartFailure} that names the variable
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): BackendOptions {
  const required = (name: string, meaning: string): string => {
    const value = environment[name];
    if (!value) throw new StartFailure(`${name} is missing: ${meaning}.`);
    return value;
  };
  const count = (name: string): number => {
    const text = environment[name] ?? '0';
    if (!/^\d{1,5}$/.test(text)) throw new StartFailure(`${name}=${text} is not a number.`);
    return Number(text);
  };
  const redirectUris = required('MONERIUM_REDIRECT_URIS', 'as registered, with commas between')
    .split(',')
    .map((uri) => uri.trim());
  if (!redirectUris.every((uri) => URL.canParse(uri))) {
    throw new StartFailure('MONERIUM_REDIRECT_URIS needs URLs, with commas between.');
  }
  return {
    port: count('BACKEND_PORT'),
    proxies: count('BACKEND_PROXY'),
    apiUrl: environment.MONERIUM_API_URL ?? 'https://api.monerium.dev',
    clientId: required('MONERIUM_CLIENT_ID', 'the ID of your Authorization Code Flow client'),
    redirectUris,
    database: required(
      'BACKEND_DATABASE',
      'a file for SQLite, postgres://… or valkey://…, which keeps the tokens',
    ),
    key: environment.BACKEND_KEY,
  };
}
