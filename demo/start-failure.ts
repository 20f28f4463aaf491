/** Something that the person at the keyboard can mend: one sentence, shown without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** Ends a program that could not start. */
export function exitWith(error: unknown): never {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
}
