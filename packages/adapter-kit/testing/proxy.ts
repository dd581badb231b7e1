import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Certificate } from './certificates.ts';

/** What the proxy does with a tunnel request. */
export type TunnelReply =
  | { readonly kind: 'open' }
  | { readonly kind: 'answer'; readonly status: number }
  /** Nothing, until told to continue. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  | { readonly kind: 'reset' };

export interface Proxy {
  readonly url: string;
  /** The tunnels requested: their targets and credentials. */
  readonly asked: readonly { readonly authority: string; readonly authorization: string | undefined }[];
  /** Requests other than for a tunnel. */
  readonly forwarded: readonly string[];
  readonly open: () => number;
  readonly reply: (next: TunnelReply) => void;
  readonly close: () => Promise<void>;
}

/** A forward proxy on loopback that opens or refuses tunnels. With a certificate it speaks TLS itself. */
export async function openProxy(certificate?: Certificate): Promise<Proxy> {
  const asked: { authority: string; authorization: string | undefined }[] = [];
  const forwarded: string[] = [];
  const sockets = new Set<Socket>();
  let next: TunnelReply = { kind: 'open' };

  const refuse: RequestListener = (request, response) => {
    forwarded.push(request.url ?? '');
    response.writeHead(502).end();
  };
  const server: Server = certificate === undefined ? createServer(refuse) : createSecureServer(certificate, refuse);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, client: Socket) => {
    const authority = request.url ?? '';
    asked.push({ authority, authorization: request.headers['proxy-authorization'] });
    client.on('error', () => client.destroy());
    void act(next, authority, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    forwarded,
    open: () => sockets.size,
    reply: (reply) => {
      next = reply;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function act(reply: TunnelReply, authority: string, client: Socket): Promise<void> {
  switch (reply.kind) {
    case 'wait':
      // Without reading, the client's disconnect would go unnoticed.
      client.resume().on('end', () => client.destroy());
      await reply.until;
      return act({ kind: 'open' }, authority, client);
    case 'answer':
      client.end(`HTTP/1.1 ${reply.status} No\r\nproxy-authenticate: Basic realm="x"\r\ncontent-length: 2\r\n\r\nno`);
      return;
    case 'reset':
      client.resetAndDestroy();
      return;
    case 'open': {
      const { hostname, port } = new URL(`http://${authority}`);
      const target = connect(Number(port || 80), hostname.replace(/^\[(.*)\]$/, '$1'));
      target.on('error', () => client.destroy());
      client.on('close', () => target.destroy());
      target.on('close', () => client.destroy());
      target.on('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(client).pipe(target);
      });
      return;
    }
  }
}
