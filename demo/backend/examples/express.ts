import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { handle } from './handler.js';

const app = express();
// In front of `express.json()`, which would take the body away.
app.all('/api/monerium', getRequestListener(handle));
app.listen(process.env.PORT);
