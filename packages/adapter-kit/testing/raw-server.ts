import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface RawServer {
  readonly port: number;
  /** Connections opened so far. */
  readonly sockets: readonly Socket[];
  readonly close: () => Promise<void>;
}

/** A TCP server that handles each connection as told, without speaking HTTP itself. */
export async function openRawServer(
  serve: (socket: Socket) => void,
  where: { readonly host?: string; readonly port?: number } = {},
): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen({ host: '127.0.0.1', port: 0, ...where });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A complete HTTP/1.1 answer on a connection that is kept open. */
export function answerText(body = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
