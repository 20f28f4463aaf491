/** A failure that the user of the command can fix. It is shown without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** @throws StartFailure that names the option and what it needs */
export function readNumber(option: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new StartFailure(`${option} needs a whole number up to ${most}, not ${value}.`);
}

/** Adds how to use the command, to an unknown option or a redirect URI that is refused. */
export function withUsage(error: unknown, usage: string): unknown {
  return error instanceof TypeError ? new StartFailure(`${error.message}\n\n${usage}`) : error;
}

/** A port that is taken, or an address that this machine has not. */
export function toListenFailure(error: unknown, what: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? error : new StartFailure(`No ${what}: ${message}. Try --port 0.`);
}

/** Prints the error and ends the process with status 1. */
export function exitWith(error: unknown): never {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
}
