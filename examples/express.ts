import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import { handle } from './handler.js';

const app = express();
app.use(express.json()); // Before or after the route.
app.all('/api/monerium', toNodeListener(handle));
app.listen(process.env.PORT);
