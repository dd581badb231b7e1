import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Its end was announced: not ready any more, but whatever still comes is served until it closes. */
    isEnding: boolean;
  }
}

/**
 * Once the end is announced, each connection ends with its next answer. Node closes only those that are idle when the
 * service closes; any other would be kept for its next request, and the process with it.
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
  // An answer that was on its way already did not say so.
  app.addHook('onResponse', async () => {
    if (isClosing) app.server.closeIdleConnections();
  });
}
