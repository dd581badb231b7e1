import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { longestWait } from '@card-gateway/contract';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { Line } from '../line.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Shutdown was announced: not ready any more, but requests are served until it closes. */
    isEnding: boolean;
  }
}

/** Milliseconds on close for clients to send the rest of a request, or to read the rest of an answer. */
const lingerMs = 5000;

/** Milliseconds for which a slow client may seem to read nothing: the system takes more only once a third of its buffer is read. */
const slowestReadMs = 180_000;

/** Milliseconds, longer than any answer takes: a connection on which nothing moves for so long has a client that reads no answer. */
export function silenceMs({ HTTP_READ_DEADLINE_MS: read, HTTP_WRITE_DEADLINE_MS: write }: Config): number {
  return Math.max(read + longestWait * 1000, write) + slowestReadMs;
}

/** Node keeps the answer to a connection's request, until all of it is sent, in a member that it does not document. */
type Connection = Socket & { readonly _httpMessage?: ServerResponse | null };

const isAwaited = ({ _httpMessage: answer }: Connection): boolean =>
  answer?.writableEnded === false && answer.req.complete;
const isSending = ({ _httpMessage: answer }: Connection): boolean => answer?.writableEnded === true;

/**
 * During shutdown each connection ends with its next answer. On close, Node ends only idle connections; any other would be kept
 * for its next request, and the process with it.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  const { server } = app;
  const open = new Line<Connection>();
  server.on('connection', (connection: Connection) => {
    const place = open.join(connection);
    connection.once('close', () => place.leave());
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  // To Node a connection is idle too while its client reads the last answer: it would be cut off.
  server.closeIdleConnections = () => {
    if (![...open].some(isSending)) closeIdle();
  };

  let isClosing = false;
  app.decorate('isEnding', false);
  app.addHook('preClose', async () => {
    app.isEnding = true;
    isClosing = true;
    // Node no longer limits the time for these.
    setTimeout(() => {
      for (const connection of open) if (!isAwaited(connection)) connection.destroy();
    }, lingerMs).unref();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (app.isEnding) reply.header('connection', 'close');
    done();
  });
  // An answer already in progress lacks that header.
  app.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) server.closeIdleConnections();
    done();
  });
}
