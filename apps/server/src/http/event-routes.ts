/** Changes as server-sent events (WHATWG HTML, section 9.2). */
import type { ServerResponse } from 'node:http';
import Type from 'typebox';
import type { Events, ServerEvent } from '../events.ts';
import type { HttpApp } from './http-app.ts';
import { HttpProblem, problemResponses } from './problems.ts';

/** Proxies and browsers drop a silent connection after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1000;
/** A page that does not read is cut off rather than kept in memory; it reconnects by itself. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
/** 150 people with a few pages each. */
const MAX_FOLLOWERS = 1000;

export function addEventRoutes(app: HttpApp, events: Events): void {
  const followers = new Set<ServerResponse>();
  const heartbeat = setInterval(() => {
    for (const follower of followers) write(follower, ': still here\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  app.addHook('preClose', async () => {
    clearInterval(heartbeat);
    for (const follower of followers) follower.end();
  });

  app.get(
    '/api/events',
    {
      schema: {
        operationId: 'followEvents',
        summary: 'Server-sent events: `job` (a Job that changed) and `records` (ids of what a job stored)',
        tags: ['jobs'],
        response: {
          200: { description: 'An endless stream.', content: { 'text/event-stream': { schema: Type.String() } } },
          ...problemResponses,
        },
      },
    },
    (_request, reply) => {
      if (followers.size >= MAX_FOLLOWERS) throw new HttpProblem('busy', 'Too many pages follow events.');
      reply.hijack();
      const stream = reply.raw;
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) stream.setHeader(name, value);
      }
      stream.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      stream.write(`retry: ${RETRY_MS}\n\n`);
      followers.add(stream);
      const stop = events.follow((event) => write(stream, formatEvent(event)));
      stream.on('close', () => {
        stop();
        followers.delete(stream);
      });
    },
  );
}

/** JSON holds no line break, so one data line is enough. */
export function formatEvent({ event, data }: ServerEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function write(stream: ServerResponse, text: string): void {
  if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
  else stream.write(text);
}
