import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ScriptedFault } from './faults.ts';
import type { Surroundings } from './provider.ts';

export interface Answer {
  status: number;
  body: string;
  contentType?: string;
  /** Further headers, e.g. `retry-after`. */
  headers?: Record<string, string>;
}

export function jsonAnswer(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}

/** What a provider supplies so that any of its operations can be disturbed. */
export interface Wire {
  provider: string;
  /** A refusal in this provider's envelope. Default `code` and `message`: a documented one that fits the operation. */
  refusal(operation: string, code: string | number | undefined, message: string | undefined): Answer;
  /** An undocumented code. */
  unlistedCode: string | number;
}

export interface Incoming {
  operation: string;
  reference: string;
}

const dripIntervalMs = 200;
const badGateway: Answer = {
  status: 502,
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
  contentType: 'text/html',
};

/** Handles one request: records it, then answers with `work` unless a scripted fault applies. */
export async function exchange(
  world: Surroundings,
  wire: Wire,
  request: FastifyRequest,
  reply: FastifyReply,
  incoming: Incoming,
  work: () => Answer,
): Promise<void> {
  const { provider } = wire;
  world.journal.request({ provider, ...incoming });
  const fault = world.faults.take(provider, incoming.operation);
  const answer = disturbed(wire, incoming.operation, fault, work);
  world.changed();
  if (world.latencyMs > 0) await wait(world.latencyMs);
  switch (answer) {
    case 'hang':
      reply.hijack();
      return;
    case 'reset':
      reply.hijack();
      request.raw.socket.resetAndDestroy();
      return;
    default:
  }
  if (fault?.fault === 'drip') {
    drip(reply, answer);
    return;
  }
  await reply
    .code(answer.status)
    .header('date', new Date(world.clock.wall()).toUTCString())
    .headers(answer.headers ?? {})
    .type(answer.contentType ?? 'application/json')
    .send(answer.body);
}

function disturbed(
  wire: Wire,
  operation: string,
  fault: ScriptedFault | undefined,
  work: () => Answer,
): Answer | 'hang' | 'reset' {
  switch (fault?.fault) {
    case undefined:
    case 'drip':
      return work();
    case 'refuse':
      return wire.refusal(operation, fault.code, fault.message);
    case 'hang':
      return 'hang';
    case 'reset':
      return 'reset';
    case 'bad_gateway':
      return badGateway;
    case 'work_then_hang':
      work();
      return 'hang';
    case 'work_then_reset':
      work();
      return 'reset';
    case 'work_then_bad_gateway':
      work();
      return badGateway;
    case 'truncated': {
      const answer = work();
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
    }
    case 'unlisted_code':
      work();
      return wire.refusal(operation, fault.code ?? wire.unlistedCode, fault.message ?? 'Unlisted');
    case 'not_json':
      work();
      return { status: 200, body: 'accepted, thank you' };
  }
}

/** Answers one byte every 200 ms. */
export function drip(reply: FastifyReply, answer: Answer): void {
  reply.hijack();
  const bytes = Buffer.from(answer.body);
  const { raw } = reply;
  raw.writeHead(answer.status, { 'content-type': 'application/json', 'content-length': bytes.length });
  let sent = 0;
  const next = () => {
    raw.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent < bytes.length) return;
    clearInterval(timer);
    raw.end();
  };
  const timer = setInterval(next, dripIntervalMs);
  raw.on('close', () => clearInterval(timer));
  next();
}

export function parseObject(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The media type without its parameters, in lower case. */
export function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
