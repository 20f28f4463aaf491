import { norwegian } from './norwegian.js';
import { registerTexts } from './registry.js';

registerTexts('no', norwegian);
