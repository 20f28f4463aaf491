// A sound store over one SQLite file, as a site would write it.
import { openStore } from '../../../examples/stores/libsql.js';

export const { store, close } = await openStore(process.env.STORE_URL ?? '');
