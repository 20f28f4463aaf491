import { createHash, randomBytes } from 'node:crypto';
import type { Customer } from './customers.js';

export type OAuthError =
  'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type';

/** Why the token endpoint says no. */
export class Refusal extends Error {
  constructor(
    readonly error: OAuthError,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** One consent of one customer to one client: the family of all tokens that came from one code. */
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

const secret = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`;

const challengeOf = (verifier: string) =>
  createHash('sha256').update(verifier, 'ascii').digest('base64url');

/** Codes and tokens, and which of them died with which. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, RefreshToken>();

  issueCode(
    clientId: string,
    customer: Customer,
    bound: { redirectUri: string; codeChallenge: string },
  ): string {
    const code = secret('code');
    const grant: Grant = { clientId, customer, revoked: false };
    this.#codes.set(code, { grant, ...bound, issuedAt: Date.now(), used: false });
    return code;
  }

  redeemCode({ clientId, code, redirectUri, codeVerifier, lifetimeMs }: CodeRedemption): TokenPair {
    const known = this.#codes.get(code);
    if (!known || known.grant.clientId !== clientId) {
      throw new Refusal('invalid_grant', 'code', 'The code is not known');
    }
    if (known.used) {
      // Somebody has a copy, and nobody can tell who was first (RFC 6749, section 4.1.2).
      known.grant.revoked = true;
      throw new Refusal('invalid_grant', 'code', 'The code was used before');
    }
    if (Date.now() - known.issuedAt >= lifetimeMs) {
      throw new Refusal('invalid_grant', 'code', 'The code has expired');
    }
    if (known.redirectUri !== redirectUri) {
      throw new Refusal('invalid_grant', 'redirect_uri', 'It differs from the one sent to /auth');
    }
    if (challengeOf(codeVerifier) !== known.codeChallenge) {
      throw new Refusal('invalid_grant', 'code_verifier', 'It does not match the code challenge');
    }
    known.used = true;
    return this.#issueTokens(known.grant);
  }

  refresh(clientId: string, refreshToken: string): TokenPair {
    const known = this.#refreshTokens.get(refreshToken);
    if (!known || known.grant.clientId !== clientId) {
      throw new Refusal('invalid_grant', 'refresh_token', 'The refresh token is not known');
    }
    // A second use means that the token leaked: the whole family dies (RFC 9700, section 4.14.2).
    if (known.used) known.grant.revoked = true;
    if (known.grant.revoked) {
      throw new Refusal('invalid_grant', 'refresh_token', 'The refresh token is no longer valid');
    }
    known.used = true;
    return this.#issueTokens(known.grant);
  }

  customerOf(accessToken: string): Customer | undefined {
    const grant = this.#accessTokens.get(accessToken);
    return grant && !grant.revoked ? grant.customer : undefined;
  }

  /** The refresh tokens stay. */
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
      accessToken: secret('access'),
      refreshToken: secret('refresh'),
      customer: grant.customer,
    };
    this.#accessTokens.set(pair.accessToken, grant);
    this.#refreshTokens.set(pair.refreshToken, { grant, used: false });
    return pair;
  }
}
