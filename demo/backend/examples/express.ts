import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { handle } from './handler.js';

const app = express();
// Before `express.json()`, which would read the body first.
app.all('/api/monerium', getRequestListener(handle));
app.listen(process.env.PORT);
