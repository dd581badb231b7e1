import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { type Operation, operations, type Problem, problemMediaType, problemSchema } from '@card-gateway/contract';
import { expect } from 'vitest';
import { z } from 'zod';
import { unstored } from '../../src/http/problem.ts';

/** An answer of the gateway, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Request {
  readonly method?: string;
  /** Sent unchanged, so it may be an invalid path. */
  readonly path: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
}

/** One plain HTTP request, for what the client is too well-behaved to send. */
export async function call(url: string, { method = 'GET', path, key, headers, body }: Request): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (answer) => {
        answer.setEncoding('utf8');
        let received = '';
        answer.on('data', (part: string) => (received += part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: received,
            json: jsonOrNull(received),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** Bytes on a bare socket and all that comes back until the gateway closes it. */
export async function callRaw(url: string, bytes: string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const received = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (text += part));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
  const [head = '', ...rest] = received.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const text = rest.join('\r\n\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]])),
    text,
    json: jsonOrNull(text),
  };
}

const strictProblem = z.strictObject({
  ...problemSchema.shape,
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string().min(1) })).optional(),
  provider: z.strictObject(problemSchema.shape.provider.unwrap().shape).optional(),
});

/** The problem in an answer, after checking all that every problem has to be. */
export function problemOf(answer: Answer, status: number): Problem {
  expect(answer.headers['content-type'], answer.text).toMatch(new RegExp(`^${RegExp.escape(problemMediaType)}(;|$)`));
  const problem = strictProblem.parse(answer.json);
  expect(answer.status, answer.text).toBe(status);
  expect(problem.status).toBe(status);
  expect(problem.type).toBe(`urn:card-gateway:problem:${problem.code}`);
  expect(problem.detail).not.toBe('');
  expect(problem.requestId).toMatch(/^[\w.:-]{1,128}$/);
  expect(answer.headers).toMatchObject({ ...unstored, 'x-request-id': problem.requestId });
  expect(answer.text).not.toMatch(/\n?\s+at .*:\d+|node_modules|\.ts\b/);
  return problem;
}

/** Every operation of the contract, so that a new one is covered by itself. */
export const everyOperation: readonly (readonly [id: string, operation: Operation])[] = Object.entries(operations);

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** The JSON Schema of an input, as callers are told it. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $defs, ...root } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema & {
    readonly $defs?: Readonly<Record<string, JsonSchema>>;
  };
  return resolved(root);

  function resolved(one: JsonSchema): JsonSchema {
    const target = one.$ref === undefined ? one : ($defs?.[one.$ref.replace('#/$defs/', '')] ?? one);
    if (target.properties === undefined) return target;
    const properties = Object.entries(target.properties).map(([name, property]) => [name, resolved(property)]);
    return { ...target, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
  }
}

/** An id of the kind that an operation's path takes, of nothing that exists. */
function missingId(operation: Operation): string {
  const pattern = operation.params === undefined ? undefined : schemaOf(operation.params).properties?.['id']?.pattern;
  return `${/^\^([a-z]+)_/.exec(pattern ?? '')?.[1]}_01kan3z7jhfe7v2eq8d4tqh1y0`;
}

/** The path of an operation with an id in it. */
export function pathOf(operation: Operation, id = missingId(operation)): string {
  return operation.path.replace('{id}', id);
}

/** The example of an operation as a request, with a new Idempotency-Key. */
export function exampleOf(operation: Operation, key?: string): Request {
  return {
    method: operation.method,
    path: pathOf(operation),
    key,
    ...(operation.example.body !== undefined && { body: operation.example.body }),
    headers: operation.effect === 'write' ? { 'idempotency-key': crypto.randomUUID() } : {},
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
