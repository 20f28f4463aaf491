// The page that stays while its customer is at Monerium in another window.
import '../src/index.js';
import { setUpCard } from './connect-card.js';

setUpCard('popup', () => undefined);
