import type { AddressInfo, Socket } from 'node:net';
import fastify from 'fastify';
import { createAdmin, type Admin } from './admin.ts';
import { adminRoutes } from './admin-routes.ts';
import { readConfig, type SandboxConfig } from './config.ts';
import { credentialsOf, type Credentials } from './credentials.ts';
import { providers } from './providers.ts';
import { receiverRoutes } from './receivers/routes.ts';
import { openStateFile } from './state-file.ts';
import { createWorld } from './world.ts';

export interface Sandbox {
  url: string;
  port: number;
  credentials: Credentials;
  admin: Admin;
  /** Ends every connection at once, including hung ones. */
  close(): Promise<void>;
}

/** `folder`: the base of file paths in the configuration. */
export async function startSandbox(input: SandboxConfig = {}, folder = '.'): Promise<Sandbox> {
  const config = await readConfig(input, folder);
  const world = createWorld(config);
  const stateFile = config.stateFile === undefined ? undefined : await openStateFile(config.stateFile, world);
  world.catchUp();
  const admin = createAdmin(world);
  const app = fastify({ bodyLimit: 1_048_576 });
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // Each provider checks content type and body itself, so all bodies arrive as text.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/html').send('<html><body><h1>404 Not Found</h1></body></html>'),
  );

  let credentials: Credentials | undefined;
  app.get('/health', () => ({ status: 'ok' }));
  adminRoutes(app, world, admin, () => credentials ?? credentialsOf(config, ''));
  receiverRoutes(app, world);
  for (const [key, provider] of providers) provider.routes(app, world.of[key]);

  await app.listen({ host: config.host, port: config.port });
  try {
    // Only after the port is ours: another sandbox may be using the same file.
    await stateFile?.save();
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const url = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`;
  credentials = credentialsOf(config, url);
  return {
    url,
    port,
    credentials,
    admin,
    async close() {
      world.journal.close();
      world.timers.clear();
      await world.callbacks.close();
      const closed = app.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await stateFile?.close();
    },
  };
}
