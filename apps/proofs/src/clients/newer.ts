import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Simulated differences between a later version's answers and today's. */
export const changes = {
  /** Every object has an extra member. */
  member: (value: object) => ({ ...value, addedLater: { since: '1.1', list: [1] } }),
  /** Every extensible value is an unknown one. */
  word: (value: object) =>
    'network' in value && value.network !== null ? { ...value, network: 'network-of-later' } : value,
} satisfies Record<string, (value: object) => object>;
export type Change = keyof typeof changes;

export interface NewerGateway {
  readonly url: string;
  readonly changed: () => number;
  close(): Promise<void>;
}

/** The gateway as a later version might be, with each answer changed. */
export async function serveNewer(gatewayUrl: string, change: Change): Promise<NewerGateway> {
  let changed = 0;
  const alter = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(alter);
    const inside = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, alter(member)]));
    const altered = changes[change](inside);
    if (altered !== inside) changed += 1;
    return altered;
  };
  const relay = async (answer: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await buffer(answer);
    const isJson = /json/.test(answer.headers['content-type'] ?? '');
    const text = isJson ? Buffer.from(JSON.stringify(alter(JSON.parse(body.toString('utf8'))))) : body;
    const { 'transfer-encoding': _chunked, ...kept } = answer.headers;
    reply.writeHead(answer.statusCode ?? 502, { ...kept, 'content-length': text.length });
    reply.end(text);
  };
  const server = createServer((incoming, reply) => {
    const { method } = incoming;
    // A compressed answer could not be changed.
    const { 'accept-encoding': _any, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url ?? '/', gatewayUrl), { method, headers }, (answer) => {
      relay(answer, reply).catch(() => reply.destroy());
    });
    outgoing.on('error', () => reply.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changed: () => changed,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
