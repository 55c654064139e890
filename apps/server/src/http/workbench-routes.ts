/** The workbench's built pages; every address that is not a file is the page itself, which reads the address. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from './http-app.ts';
import { missingRoute, sendProblem } from './problems.ts';

const YEAR_S = 31_536_000;

/** @param folder holds index.html and its assets once the workbench is built, also while the server runs */
export async function addWorkbenchRoutes(app: HttpApp, folder: string): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, dotfiles: 'ignore' });

  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = decodeURIComponent(request.url.split('?')[0]!);
    if (path === '/api' || path.startsWith('/api/')) return sendProblem(reply, missingRoute(request));
    if (path === '/' || path === '/index.html') return sendPage(reply);
    // Asset names hold a digest of their content, so they can be kept for ever.
    const lifetime = path.startsWith('/assets/') ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
    return reply.header('cache-control', lifetime).sendFile(path.slice(1));
  });

  app.setNotFoundHandler((request, reply) => {
    if (wantsPage(request)) return sendPage(reply);
    return sendProblem(reply.header('cache-control', 'no-store'), missingRoute(request));
  });

  function sendPage(reply: FastifyReply): FastifyReply {
    reply.header('cache-control', 'no-cache');
    if (existsSync(join(folder, 'index.html'))) return reply.status(200).sendFile('index.html');
    return reply.status(200).type('text/html; charset=utf-8').send(NOT_BUILT);
  }
}

function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  const path = url.split('?')[0]!;
  const isPage = !path.startsWith('/api/') && !path.startsWith('/assets/') && path !== '/api';
  return isPage && (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Plumeline</title>
<h1>The workbench is not built yet</h1>
<p>The server runs and its API answers at <a href="/api/health">/api/health</a>.
To build the page, run <code>npm run build</code> in the folder of Plumeline, then load this page again.</p>
<p lang="es">El servidor funciona, pero la página aún no está construida: ejecute <code>npm run build</code> en la
carpeta de Plumeline y vuelva a cargar esta página.</p>
</html>
`;
