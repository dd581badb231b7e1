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
  app.addHook('onSend', async (_request, reply) => {
    if (app.isEnding) reply.header('connection', 'close');
  });
  // An answer already in progress lacks that header.
  app.addHook('onResponse', async () => {
    if (isClosing) app.server.closeIdleConnections();
  });
}
