// The page that stays open while the customer is at Monerium in a popup.
import '../src/index.js';
import { setUpCard } from './connect-card.js';

setUpCard('popup', () => undefined);
