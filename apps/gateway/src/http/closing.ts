import type { FastifyInstance } from 'fastify';

/**
 * Once the service closes, each connection ends with its running answer. Only those that are idle at that moment are
 * closed by themselves; any other would be kept for its next request, and the process with it.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  // An answer that was on its way already did not say so.
  app.addHook('onResponse', async () => {
    if (closing) app.server.closeIdleConnections();
  });
}
