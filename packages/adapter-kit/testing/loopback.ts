import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived on the socket. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Header names and values as the client wrote them. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What the loopback server does with a request once it has read all of it. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status?: number;
      readonly body: string | Uint8Array;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  /** Announces the whole body, sends half of it, then cuts the connection. */
  | { readonly kind: 'cut'; readonly body: string | Uint8Array };

export interface Loopback {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  reply(next: (request: SeenRequest) => Reply): void;
  /** Resolves when a complete request has arrived. */
  nextRequest(): Promise<SeenRequest>;
  close(): Promise<void>;
}

/** A JSON answer with HTTP 200. A text is sent unchanged, anything else is serialised. */
export function json(body: unknown, status = 200): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, body: text, headers: { 'content-type': 'application/json' } };
}

/** A real socket that answers, resets, hangs and lies on command. */
export async function openLoopback(): Promise<Loopback> {
  const requests: SeenRequest[] = [];
  const waiting: ((request: SeenRequest) => void)[] = [];
  let next: (request: SeenRequest) => Reply = () => ({ kind: 'answer', status: 404, body: '' });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen = await readWhole(incoming);
    requests.push(seen);
    for (const wake of waiting.splice(0)) wake(seen);
    act(next(seen), outgoing);
  }

  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    reply: (handler) => {
      next = handler;
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readWhole(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function act(reply: Reply, outgoing: ServerResponse): void {
  switch (reply.kind) {
    case 'answer':
      outgoing.writeHead(reply.status ?? 200, reply.headers);
      outgoing.end(reply.body);
      return;
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'cut':
      outgoing.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(reply.body)),
      });
      outgoing.write(reply.body.slice(0, reply.body.length / 2), () => outgoing.socket?.destroy());
      return;
  }
}
