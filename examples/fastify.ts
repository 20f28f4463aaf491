import Fastify from 'fastify';
import { toNodeListener } from 'monerium-connect/node';
import { handle } from './handler.js';

const listen = toNodeListener(handle);
const app = Fastify();
await app.register(async (scope) => {
  // In a scope of its own, where the handler reads the body itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  scope.all('/api/monerium', (request, reply) => {
    reply.hijack();
    return listen(request.raw, reply.raw);
  });
});
await app.listen({ port: Number(process.env.PORT) });
