/** The fields of a JSON object, without those that every object inherits. */
export type Fields = Readonly<Record<string, unknown>>;

/** A copy with its own fields alone: other code may have added some to every object. */
export function ownFields<T extends object>(value: T): T;
export function ownFields(value: unknown): Fields;
export function ownFields(value: unknown): unknown {
  return { __proto__: null, ...(value as object) };
}
