import { MoneriumConnect } from './element/monerium-connect.js';
import { logOnce } from './core/browser/page.js';

const TAG = 'monerium-connect';

/** Defines `<monerium-connect>`, unless another copy of the script has done so. */
if (!customElements.get(TAG)) customElements.define(TAG, MoneriumConnect);
else logOnce('warn', 'is already defined');
