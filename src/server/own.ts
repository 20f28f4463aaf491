/** A copy with its own fields alone: other code may have added some to every object. */
export function own<T extends object>(value: T): T {
  return Object.assign(Object.create(null) as T, value);
}
