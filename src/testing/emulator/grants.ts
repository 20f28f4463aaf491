import { sha256 } from 'viem';
import type { Customer } from './customers.js';
import { randomBase64Url, toBase64Url } from './random.js';

export type OAuthError =
  'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type';

/** Why the token endpoint refuses a request. `field` names the parameter. */
export class TokenError extends Error {
  constructor(
    readonly error: OAuthError,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** What one customer approved for one client. All tokens that stem from one code share it. */
export interface Grant {
  readonly clientId: string;
  readonly customer: Customer;
  revoked: boolean;
}

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  customer: Customer;
}

interface Code {
  grant: Grant;
  redirectUri: string;
  codeChallenge: string;
  issuedAt: number;
  used: boolean;
}

interface AccessToken {
  grant: Grant;
  /** Milliseconds since the epoch. */
  issuedAt: number;
}

interface RefreshToken {
  grant: Grant;
  used: boolean;
}

export interface CodeRedemption {
  clientId: string;
  code: string;
  redirectUri: string;
  codeVerifier: string;
  lifetimeMs: number;
}

/** Starts with a word, so that tests can find it wherever it leaks. */
const randomSecret = (prefix: string) => `${prefix}_${randomBase64Url(32)}`;

const challengeOf = (verifier: string) =>
  toBase64Url(sha256(new TextEncoder().encode(verifier), 'bytes'));

/** All codes and tokens, and the grants that they belong to. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, RefreshToken>();

  issueCode(
    clientId: string,
    customer: Customer,
    bound: { redirectUri: string; codeChallenge: string },
  ): string {
    const code = randomSecret('code');
    const grant: Grant = { clientId, customer, revoked: false };
    this.#codes.set(code, { grant, ...bound, issuedAt: Date.now(), used: false });
    return code;
  }

  redeemCode({ clientId, code, redirectUri, codeVerifier, lifetimeMs }: CodeRedemption): TokenPair {
    const known = this.#codes.get(code);
    if (!known) throw new TokenError('invalid_grant', 'code', 'The code is not known');
    if (known.used) {
      // Somebody has a copy. Its tokens are revoked too: RFC 6749, section 4.1.2.
      known.grant.revoked = true;
      throw new TokenError('invalid_grant', 'code', 'The code was used before');
    }
    // The first attempt uses the code up, even one that fails below. So nobody can try a second
    // verifier: RFC 6749, section 10.5 (single-use), and RFC 9700, section 4.2.4 (first use).
    known.used = true;
    if (known.grant.clientId !== clientId) {
      throw new TokenError('invalid_grant', 'code', 'The code is not known');
    }
    if (Date.now() - known.issuedAt >= lifetimeMs) {
      throw new TokenError('invalid_grant', 'code', 'The code has expired');
    }
    if (known.redirectUri !== redirectUri) {
      throw new TokenError(
        'invalid_grant',
        'redirect_uri',
        'It differs from the one sent to /auth',
      );
    }
    if (challengeOf(codeVerifier) !== known.codeChallenge) {
      throw new TokenError(
        'invalid_grant',
        'code_verifier',
        'It does not match the code challenge',
      );
    }
    return this.#issueTokens(known.grant);
  }

  refresh(clientId: string, refreshToken: string): TokenPair {
    const known = this.#refreshTokens.get(refreshToken);
    if (!known || known.grant.clientId !== clientId) {
      throw new TokenError('invalid_grant', 'refresh_token', 'The refresh token is not known');
    }
    // A second use means that the token leaked. The grant is revoked: RFC 9700, section 4.14.2.
    if (known.used) known.grant.revoked = true;
    if (known.grant.revoked) {
      throw new TokenError(
        'invalid_grant',
        'refresh_token',
        'The refresh token is no longer valid',
      );
    }
    known.used = true;
    return this.#issueTokens(known.grant);
  }

  /** The customer whom a valid access token belongs to. `lifetimeMs` is that of every token. */
  customerOf(accessToken: string, lifetimeMs: number): Customer | undefined {
    const known = this.#accessTokens.get(accessToken);
    if (!known || known.grant.revoked) return undefined;
    return Date.now() - known.issuedAt < lifetimeMs ? known.grant.customer : undefined;
  }

  /** Refresh tokens stay valid. */
  endAccessTokens(): void {
    this.#accessTokens.clear();
  }

  clear(): void {
    this.#codes.clear();
    this.#accessTokens.clear();
    this.#refreshTokens.clear();
  }

  #issueTokens(grant: Grant): TokenPair {
    const pair = {
      accessToken: randomSecret('access'),
      refreshToken: randomSecret('refresh'),
      customer: grant.customer,
    };
    this.#accessTokens.set(pair.accessToken, { grant, issuedAt: Date.now() });
    this.#refreshTokens.set(pair.refreshToken, { grant, used: false });
    return pair;
  }
}
