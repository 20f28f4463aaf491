import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { handle } from './handler.js';

createServer(getRequestListener(handle)).listen(process.env.PORT);
