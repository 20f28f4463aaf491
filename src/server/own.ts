/** A copy with its own fields alone: other code of the process may have added some to all objects. */
export function own<T extends object>(value: T): T {
  return Object.assign(Object.create(null) as T, value);
}
