import { ownFields } from './own-fields.js';

const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;

/** Who is connected: Monerium's identifiers, 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export interface Identity {
  readonly profile: string;
  readonly userId: string;
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && IDENTIFIER.test(value);
}

/**
 * The identity in a response, rebuilt from its two fields, or `undefined` when one is missing or
 * malformed. `defaultProfile` counts for a `profile` that is missing or null.
 */
export function readIdentity(response: unknown): Identity | undefined {
  const { defaultProfile, profile: own, userId } = ownFields(response);
  const profile = own ?? defaultProfile;
  return isIdentifier(profile) && isIdentifier(userId) ? { profile, userId } : undefined;
}
