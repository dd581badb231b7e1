import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** The body as JSON, empty if it is none. */
  fields: Record<string, unknown>;
}

/** The merchant's server's answer; null means none at all. */
export type Says = (received: Received, count: number) => { status?: number; body: string } | null;

export const keysecureYes = '{"code":0,"message":""}';

/** A merchant's server on a real socket that records what it receives. */
export async function startReceiver(says: Says = () => ({ body: keysecureYes })) {
  const received: Received[] = [];
  const receiver = { url: '', received, says, close };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { headers: incoming.headers, body, fields: parsed(body) };
      received.push(one);
      const answer = receiver.says(one, received.length);
      if (answer !== null) outgoing.writeHead(answer.status ?? 200).end(answer.body);
    });
  });
  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/here`;
  return receiver;
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
