// What the script files run: the definition, and the loaders for the files beside them.
import './define.js';
import { doctor } from './element/doctor.js';
import './locales/beside-script.js';

function importPart<T>(part: string): Promise<T> {
  // A bundler would follow a literal.
  const { href } = new URL(`monerium-connect.${part}.min.js`, import.meta.url);
  return import(href) as Promise<T>;
}

doctor.load = () => importPart('doctor');
