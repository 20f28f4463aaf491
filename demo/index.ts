// The element first: it removes the code from the URL before another script sends a request.
import '../src/index.js';
import { startBackendCard } from './backend-card.js';
import { startDirectCard } from './direct-card.js';

startBackendCard();
startDirectCard();
