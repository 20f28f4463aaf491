const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;

/** Who is connected: Monerium's identifiers, 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export interface Identity {
  readonly profile: string;
  readonly userId: string;
}

/** The fields of a JSON object, without those that every object inherits. */
export type Fields = Readonly<Record<string, unknown>>;

/** A copy with its own fields alone: other code may have added some to every object. */
export function ownFields<T extends object>(value: T): T;
export function ownFields(value: unknown): Fields;
export function ownFields(value: unknown): unknown {
  return { __proto__: null, ...(value as object) };
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
