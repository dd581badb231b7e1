import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventView } from '@card-gateway/contract';
import { Webhook } from 'standardwebhooks';

/** A post as it came. */
export interface Received {
  readonly event: EventView;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** By `performance.now()`. */
  readonly at: number;
}

/** Answers a post; without an answer it hangs. */
export type Answering = (received: Received, response: ServerResponse) => void;

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  answer(next: Answering): void;
  close(): Promise<void>;
}

export const ok: Answering = (_received, response) => void response.writeHead(204).end();
export const failing =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (_received, response) =>
    void response.writeHead(status, headers).end('Not now, 4111 1111 1111 1111');

/** A destination on a real socket. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let answering: Answering = ok;
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const post = {
      event: JSON.parse(body) as EventView,
      body,
      headers: request.headers as Record<string, string>,
      at: performance.now(),
    };
    received.push(post);
    answering(post, response);
  }
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (next) => {
      answering = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Whether a secret signed a post, by the library of Standard Webhooks. */
export function isSignedBy(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
