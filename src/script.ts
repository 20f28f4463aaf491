// What the script files run: the definition, and the loaders for the files beside them.
import './define.js';
import type { DoctorFile } from './protocol/doctor.js';
import { doctor } from './element/doctor.js';
import './locales/beside-script.js';

doctor.load = () => {
  // A bundler would follow a literal.
  const { href } = new URL('monerium-connect.doctor.min.js', import.meta.url);
  return import(href) as Promise<DoctorFile>;
};
