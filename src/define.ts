import { MoneriumConnect } from './monerium-connect.js';
import { say } from './page.js';

const TAG = 'monerium-connect';

/** Defines `<monerium-connect>`, unless another copy of the script has done so. */
if (!customElements.get(TAG)) customElements.define(TAG, MoneriumConnect);
else say('warn', 'is already defined by another script');
