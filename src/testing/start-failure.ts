/** A failure that the user of the command can fix. It is shown without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** Prints the error and ends the process with status 1. */
export function exitWith(error: unknown): never {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
}
