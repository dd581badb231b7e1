import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { drip } from '../exchange.ts';
import type { Scripted } from './answers.ts';

const chunk = Buffer.alloc(65_536, '.');
const hugeChunks = 1024;
const longText = 'The receiver takes its time. '.repeat(10);

/** Answers as scripted. */
export function respond(request: FastifyRequest, reply: FastifyReply, scripted: Scripted): void {
  const { answer, status, headers, body } = scripted;
  if (answer === 'status') {
    reply
      .code(status)
      .headers(headers)
      .send(body ?? '');
    return;
  }
  reply.hijack();
  const { raw } = reply;
  const bytes = Buffer.from(body ?? longText);
  switch (answer) {
    case 'hang':
      break;
    case 'reset':
      request.raw.socket.resetAndDestroy();
      break;
    case 'truncated':
      raw.writeHead(status, { ...headers, 'content-length': bytes.length });
      raw.write(bytes.subarray(0, bytes.length / 2), () => request.raw.socket.destroy());
      break;
    case 'drip':
      drip(reply, { status, headers, body: bytes.toString() });
      break;
    case 'huge':
      raw.writeHead(status, headers);
      // A reader that has enough ends the connection.
      void pipeline(Readable.from(Array.from({ length: hugeChunks }, () => chunk)), raw).catch(() => undefined);
  }
}
