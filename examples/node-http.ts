import { createServer } from 'node:http';
import { toNodeListener } from 'monerium-connect/node';
import { handle } from './handler.js';

createServer(toNodeListener(handle)).listen(process.env.PORT);
