import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ProblemError } from '../problem.ts';
import { answerWith, methodNotAllowed } from './problem.ts';

/** Node's error for a request that its parser rejected. */
export interface ParserError extends Error {
  readonly code?: string;
  /** All bytes of the packet, contrary to Fastify's type; absent if the fault is not in a packet. */
  readonly rawPacket?: unknown;
  readonly bytesParsed?: number;
}

/** Milliseconds for a client to read its last answer and close the connection. */
const lingerMs = 1000;

/** Answers, as problems, requests that never reach the framework because Node rejects or cannot parse them. */
export interface UnreadableRequests {
  /** Node's `clientErrorHandler`. */
  readonly refuse: (error: ParserError, socket: Socket) => void;
  /** Also handles what else the server does not pass on. */
  watch(server: Server): void;
}

export function unreadableRequests(
  log: FastifyBaseLogger,
  allowedMethods: (path: string) => readonly string[],
): UnreadableRequests {
  /** The last readable request of each connection: the fault is in or after its body. */
  const last = new WeakMap<Socket, { readonly request: IncomingMessage; readonly response: ServerResponse }>();
  const refused = new WeakSet<Socket>();

  const answerLast = (socket: Socket, code: string | undefined, problem: ProblemError): void => {
    const { text, head, status } = rendered(problem, log, code);
    if (!socket.writable) return;
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
    socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n'));
    linger(socket);
  };

  return {
    refuse: (error, socket) => {
      // The parser reports each further unreadable packet.
      if (refused.has(socket)) return;
      if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy();
        return;
      }
      refused.add(socket);
      const problem = problemOf(error, allowedMethods);
      const before = last.get(socket);
      if (before === undefined || (before.request.complete && before.response.writableFinished)) {
        answerLast(socket, error.code, problem);
        return;
      }
      const { request, response } = before;
      if (request.complete) {
        // The unreadable part follows this request: its answer must go first, or the client would mix up the two.
        response.once('close', () => answerLast(socket, error.code, problem));
        return;
      }
      if (response.headersSent) {
        // It has its answer, whatever the rest of its body contains.
        if (response.writableFinished) linger(socket);
        else response.once('close', () => linger(socket));
        return;
      }
      answer(response, problem, log, error.code);
    },
    watch: (server) => {
      server.prependListener('request', (request, response) => last.set(request.socket, { request, response }));
      server.on('checkExpectation', (_request, response) => {
        const detail = 'Expected no header Expect, or "Expect: 100-continue".';
        answer(response, new ProblemError('expectation-failed', detail), log, 'EXPECTATION');
      });
      server.on('connect', (_request, socket) => {
        const detail = 'This gateway is no proxy; expected the path of an operation.';
        answerLast(socket as Socket, 'CONNECT', new ProblemError('malformed-request', detail));
      });
    },
  };
}

/** Keeps reading what the client still sends; otherwise the connection is reset, and the answer lost. */
function linger(socket: Socket): void {
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

function answer(
  response: ServerResponse,
  problem: ProblemError,
  log: FastifyBaseLogger,
  code: string | undefined,
): void {
  const { text, head, status } = rendered(problem, log, code);
  response.writeHead(status, head).end(text);
}

function rendered(
  problem: ProblemError,
  log: FastifyBaseLogger,
  code: string | undefined,
): { readonly text: string; readonly head: Readonly<Record<string, string>>; readonly status: number } {
  const requestId = randomUUID();
  const { status, headers, body } = answerWith(problem, requestId);
  log.info({ requestId, code, status }, 'answered what is not HTTP');
  const text = JSON.stringify(body);
  const head = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
  return { text, head, status };
}

function problemOf(error: ParserError, allowedMethods: (path: string) => readonly string[]): ProblemError {
  switch (error.code ?? '') {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProblemError('request-timeout', 'The request did not arrive whole in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new ProblemError('headers-too-large', 'Expected headers of 16 KB at most, with the path and the query.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ProblemError('payload-too-large', 'Expected chunks without extensions.');
    case 'HPE_INVALID_METHOD':
      return unknownMethod(error, allowedMethods) ?? malformed();
    default:
      return malformed();
  }
}

const malformed = (): ProblemError => new ProblemError('malformed-request', 'This is not a readable HTTP request.');

const requestLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} (?:http:\/\/[^/ ]*)?(\/[^ ?]*)(?:\?[^ ]*)? HTTP\/1\.[01]\r?$/;

/** A method that Node does not know, on a known path. The parser stops within the method's name. */
function unknownMethod(
  { rawPacket, bytesParsed = 0 }: ParserError,
  allowedMethods: (path: string) => readonly string[],
): ProblemError | null {
  const packet = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : '';
  const start = packet.lastIndexOf('\n', bytesParsed) + 1;
  const [line = ''] = packet.slice(start).split('\n', 1);
  const allowed = allowedMethods(requestLine.exec(line)?.[1] ?? '');
  return allowed.length === 0 ? null : methodNotAllowed(allowed);
}
