// What the script files run: the definition, and the loaders for the files beside them.
import './define.js';
import { doctor } from './element/doctor.js';
import { LANGUAGES } from './locales/languages.js';
import { registry } from './locales/registry.js';
import { importBeside } from './page/beside-script.js';

registry.push([LANGUAGES, (tag) => importBeside(`./locales/${tag}.min.js`)]);
doctor.load = () => importBeside('./monerium-connect.doctor.min.js');
