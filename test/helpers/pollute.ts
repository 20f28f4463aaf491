/** Runs the work while every object has these fields, as after an attack on another package. */
export async function withPolluted(fields: object, work: () => Promise<void>): Promise<void> {
  try {
    Object.assign(Object.prototype, fields);
    await work();
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name);
  }
}
