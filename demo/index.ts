// The element first: it cleans the page's address before anything else can send a request.
import '../src/index.js';
import { startBackendCard } from './backend-card.js';
import { startDirectCard } from './direct-card.js';

startBackendCard();
startDirectCard();
