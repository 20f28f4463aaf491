import { ConnectError } from '../core/errors.js';
import { ownFields } from '../core/oauth/identity.js';

/** @throws ConnectError `invalid_config` that names the option and what it needs */
export function check(isValid: boolean, option: string, need: string): asserts isValid {
  if (isValid) return;
  const error = new ConnectError('invalid_config', {
    phase: 'start',
    hint: `${option} needs ${need}`,
  });
  // A `ConnectError` has no stack, for the sake of pages. Here it shows where the wrong option is.
  throw Object.assign(error, { stack: new Error(String(error)).stack });
}

/** @throws ConnectError `invalid_config` */
export function checkRange(option: string, value: number, least: number, most: number): void {
  check(value >= least && value <= most, option, `${least} to ${most}`);
}

const isText = (item: unknown): item is string => typeof item === 'string' && item !== '';

/**
 * One text or several. A copy, so that a list that changes later changes nothing.
 * @throws ConnectError `invalid_config`
 */
export function readTexts(option: string, value: unknown): string[] {
  const texts = [value].flat();
  check(texts.length > 0 && texts.every(isText), option, 'a text, or a list of texts');
  return texts;
}

/** The type of each option by its name. An empty one is checked elsewhere. */
export type OptionTypes = Readonly<Record<string, string>>;

/**
 * A copy that holds the options themselves and nothing of `Object.prototype`, which other code of
 * the process may have changed.
 * @throws ConnectError `invalid_config` for a name that is not an option, or a wrong type
 */
export function ownOptions<T extends object>(options: T, types: OptionTypes): T {
  check(Object(options) === options, 'options', 'an object');
  for (const [name, value] of Object.entries(options)) {
    const isKnown = Object.hasOwn(types, name);
    check(isKnown, name, `another name: options are ${Object.keys(types).join(', ')}`);
    const type = types[name];
    check(!type || value === undefined || typeof value === type, name, `the type ${type}`);
  }
  return ownFields(options);
}
