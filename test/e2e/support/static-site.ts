import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
};

/** A host of static files. `folders` are the folders of this machine by the paths they are at. */
export async function serveFolders(folders: Record<string, string>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [path, folder] = Object.entries(folders).find(([one]) => pathname.startsWith(one)) ?? [];
    // Of the tests themselves: what a page has seen, and a request that comes after all others.
    if (/^\/(sightings|sentinel|favicon[.]ico)$/.test(pathname)) {
      response.writeHead(204).end();
      return;
    }
    try {
      if (!path || !folder) throw new Error('not here');
      const rest = normalize(pathname.slice(path.length)) || 'index.html';
      const body = await readFile(join(folder, rest === '.' ? 'index.html' : rest));
      const type = TYPES[extname(rest)] ?? TYPES['.html'];
      response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export function originOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
