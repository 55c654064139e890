/** What is refused before any route, and the headers of every answer. */
import type { FastifyRequest } from 'fastify';
import type { HttpApp } from './http-app.ts';
import { HttpProblem } from './problems.ts';

/**
 * No inline script anywhere. Styles may be inline: react-aria and MapLibre set some from script, and with every other
 * source closed an injected style has nowhere to send what it sees. MapLibre starts its workers from blobs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' data: blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(), camera=(), microphone=()',
};

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function guardRequests(app: HttpApp): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    refuseForeignHost(request);
    if (!SAFE_METHODS.has(request.method)) refuseForeignOrigin(request);
  });
}

/** A name that an attacker points at 127.0.0.1 (DNS rebinding) arrives in Host; only the loopback's own are served. */
function refuseForeignHost({ headers }: FastifyRequest): void {
  if (LOOPBACK_HOST.test(headers.host ?? '')) return;
  throw new HttpProblem('misdirected', 'This server answers only to 127.0.0.1 and localhost.');
}

/** A page of another site (or another port) may not change anything. Programs send neither header. */
function refuseForeignOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOwn = origin === undefined || origin === `http://${host}`;
  const isSameSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwn || !isSameSite) throw new HttpProblem('forbidden', 'Only pages of this server may change anything here.');
}
