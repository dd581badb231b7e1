import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Shutdown was announced: not ready any more, but requests are served until it closes. */
    isEnding: boolean;
  }
}

/**
 * During shutdown each connection ends with its next answer. On close, Node ends only idle connections; any other would be kept
 * for its next request, and the process with it.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.decorate('isEnding', false);
  app.addHook('preClose', async () => {
    app.isEnding = true;
    isClosing = true;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (app.isEnding) reply.header('connection', 'close');
    done();
  });
  // An answer already in progress lacks that header.
  app.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) app.server.closeIdleConnections();
    done();
  });
}
