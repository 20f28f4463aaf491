// What the script files run: the definition, and the loaders for the files beside them.
import './define.js';
import { furtherFiles } from './core/further/files.js';
import { LANGUAGES } from './locales/languages.js';
import { registry } from './locales/registry.js';
import { importBeside } from './core/browser/beside-script.js';

registry.push([LANGUAGES, (tag) => importBeside(`./locales/${tag}.min.js`)]);
furtherFiles.doctor = () => importBeside('./monerium-connect.doctor.min.js');
furtherFiles.notes = () => importBeside('./monerium-connect.notes.min.js');
