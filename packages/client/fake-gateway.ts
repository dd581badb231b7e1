import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problems, problemType, type ProblemCode } from '@card-gateway/contract';
import { afterEach } from 'vitest';
import { type Client, createClient, type ClientOptions } from './index.ts';

export const apiKey = 'key_canary-of-the-api-key';

export interface Received {
  readonly method: string | undefined;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export type Reply = (response: ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A gateway on a real socket that gives the replies in turn, the last one again and again, and keeps what it received. */
export async function gateway(
  replies: [Reply, ...Reply[]],
  options: Partial<ClientOptions> = {},
): Promise<{ client: Client; received: readonly Received[]; baseUrl: string }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://gateway');
      received.push({ method: request.method, url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      (replies[received.length - 1] ?? replies.at(-1) ?? reset)(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ baseUrl, apiKey, retryBaseMs: 1, ...options });
  closers.push(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, received, baseUrl };
}

export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function problem(code: ProblemCode, headers: Record<string, string> = {}, more: object = {}): Reply {
  const { status, title } = problems[code];
  return answer(
    status,
    { type: problemType(code), title, status, detail: 'Why it is so.', code, requestId: 'req-1', ...more },
    { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
  );
}

export const reset: Reply = (response) => response.destroy();
export const cutOff: Reply = (response) => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{"id":', () => response.destroy());
};
/** Of a proxy whose own problems have no code. */
export const foreignProblem: Reply = (response) =>
  response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"title":"No upstream"}');
/** As a proxy of HTTP/1.0 cuts it: without a length, the end of the connection is the end of the answer. */
export const cutUnseen: Reply = (response) =>
  response.socket?.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"data":[{"id":');
export const silence: Reply = () => {};
