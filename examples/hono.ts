import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { handle } from './handler.js';

const app = new Hono();
app.all('/api/monerium', (c) => handle(c.req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT) });
