import { fromNodeMiddleware } from 'h3';
import { toNodeListener } from 'monerium-connect/node';
import { handle } from '../handler.js';

export default fromNodeMiddleware(toNodeListener(handle));
