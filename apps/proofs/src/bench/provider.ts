import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { Effects } from './effects.ts';

/**
 * The providers of a run, as a separate process on raw `node:http`. It speaks as much of the KeySecure and Yixin wire as the
 * work needs. The first path segment is the latency in milliseconds. `GET /effects` returns the number of effects and of
 * repeated references, and resets both.
 */
const { port, yixinAnswer } = JSON.parse(process.argv[2] ?? '') as {
  readonly port: number;
  readonly yixinAnswer: string;
};

let effects = 0;
let repeated = 0;
const references = new Set<string>();
let cards = 0;

function did(reference: string): void {
  effects += 1;
  if (references.has(reference)) repeated += 1;
  references.add(reference);
}

function takeEffects(): Effects {
  const taken = { effects, repeated };
  effects = 0;
  repeated = 0;
  references.clear();
  return taken;
}

const dayMs = 86_400_000;
const success = (data: unknown): string => JSON.stringify({ code: 0, msg: 'Success', data });

/** @param path below `/open-api/v1/` */
function keysecure(path: string, body: Readonly<Record<string, string>>): string {
  switch (path) {
    case 'card/apply':
      did(body['card_unique_no'] ?? '');
      return success({ card_no: `P${process.pid}N${(cards += 1)}`, card_unique_no: body['card_unique_no'] });
    case 'card/status/update':
      effects += 1;
      return success({ result: true });
    case 'merchant/token':
      return success({ access_token: 'token', expired_time: new Date().getTime() + dayMs });
    case 'card/package/list':
      return success({
        list: [
          {
            package_no: 'PKG1',
            package_en_name: 'Bench',
            card_bin: '428801',
            organization: 'Visa',
            package_type: 'Virtual',
          },
        ],
      });
    case 'cardholder/apply':
      return success({ cardholder_no: 'U1', cardholder_unique_no: body['cardholder_unique_no'] });
    case 'cardholder/U1/info':
      return success({ cardholder_no: 'U1', status: 'Approved' });
    default: {
      // The gateway reads the card if a callback's time does not show whether it is newer.
      const card = /^card\/(\w+)\/detail$/.exec(path)?.[1];
      if (card !== undefined) return success({ card_no: card, cardholder_no: 'U1', status: 'Activated' });
      throw new Error(`No work needs ${path}.`);
    }
  }
}

async function answer(request: IncomingMessage): Promise<string> {
  const received = request.method === 'POST' ? await text(request) : '{}';
  const [, first = '', ...rest] = (request.url ?? '').split('/');
  if (first === 'effects') return JSON.stringify(takeEffects());
  if (first === 'yixin') {
    did((JSON.parse(received) as { requestNo: string }).requestNo);
    return yixinAnswer;
  }
  const told = keysecure(rest.slice(2).join('/'), JSON.parse(received) as Record<string, string>);
  const latencyMs = Number(first);
  if (latencyMs > 0) await wait(latencyMs);
  return told;
}

async function serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  try {
    const body = await answer(request);
    reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    reply.end(body);
  } catch (error) {
    process.stderr.write(`${request.method} ${request.url}: ${(error as Error).message}\n`);
    reply.writeHead(500, { 'content-length': 0 }).end();
  }
}

const server = createServer((request, reply) => void serve(request, reply));
server.keepAliveTimeout = 60_000;
server.listen(port, '127.0.0.1');
