import fastifySwagger from '@fastify/swagger';
import {
  type Operation,
  operations,
  type ProblemCode,
  problemMediaType,
  problems,
  problemType,
} from '@card-gateway/contract';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { build } from '../version.ts';
import { type Json, openDocument, webhooksByThemselves } from './document.ts';
import { eventWebhooks } from './event-webhooks.ts';
import { introduction } from './introduction.ts';
import { answerHeaders, headersOf, requestHeaders } from './openapi-headers.ts';
import { webhooks } from './webhooks.ts';

const tags = [
  { name: 'Providers', description: 'The provider accounts and what they can do.' },
  { name: 'Cards', description: 'Products and the cards made of them.' },
  { name: 'Cardholders', description: 'The people in whose name cards are issued.' },
  { name: 'Transfers', description: 'Value moved to and from cardholders.' },
  { name: 'Bindings', description: 'Bank cards bound by SMS, and card tokens.' },
  { name: 'Syncs', description: 'Bringing in what a provider has.' },
  { name: 'Callbacks', description: 'What the providers tell by themselves.' },
  { name: 'Decisions', description: 'What the gateway asks a service of yours.' },
  { name: 'Events', description: 'Everything that changed, in one order, to read at your own pace.' },
  { name: 'Webhooks', description: 'The events that the gateway posts to your event destinations.' },
  { name: 'Operations', description: 'Every write, its evidence and its outcome.' },
];

/** Collects subsequently registered routes into the OpenAPI document. */
export async function collectOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Card Gateway',
        version: build.version,
        summary: 'Issue, list and manage cards and bind bank cards through several providers.',
        description: introduction,
        license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
      },
      servers: [{ url: '/', description: 'This gateway' }],
      tags,
      security: [{ apiKey: [] }],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key: `cgk_…`. Made by `gateway keys create`.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => complete(jsonSchemaTransformObject(document) as unknown as Json) as never,
  });
}

/** Completes each operation from the contract's table, and drops unreferenced components. */
function complete(collected: Json): Json {
  const document = openDocument(collected);
  for (const methods of Object.values(document['paths'] as Json)) {
    for (const route of Object.values(methods as Json)) describe(route as Json);
  }
  const schemas = ((document['components'] as Json)['schemas'] ??= {}) as Json;
  (document['components'] as Json)['headers'] = answerHeaders;
  document['webhooks'] = { ...webhooksByThemselves(webhooks, document), ...eventWebhooks };
  for (let before = -1; before !== Object.keys(schemas).length;) {
    before = Object.keys(schemas).length;
    const text = JSON.stringify(document);
    for (const name of Object.keys(schemas)) if (!text.includes(`"#/components/schemas/${name}"`)) delete schemas[name];
  }
  return inputsByName(document);
}

/** Every named schema has an input twin; if only the twin is used, it gets the plain name. */
function inputsByName(document: Json): Json {
  const schemas = (document['components'] as Json)['schemas'] as Json;
  const names = Object.keys(schemas);
  const alone = names.filter((name) => name.endsWith('Input') && !names.includes(name.slice(0, -'Input'.length)));
  const renamed = alone.reduce(
    (text, name) =>
      text
        .replaceAll(`/${name}"`, `/${name.slice(0, -'Input'.length)}"`)
        .replaceAll(`"${name}":`, `"${name.slice(0, -'Input'.length)}":`),
    JSON.stringify(document),
  );
  return JSON.parse(renamed) as Json;
}

function describe(route: Json): void {
  const operation: Operation = operations[route['operationId'] as keyof typeof operations];
  route['tags'] = [operation.tag];
  route['summary'] = operation.summary;
  const scopes =
    operation.scopes.length === 0 ? 'any valid key' : operation.scopes.map((scope) => `\`${scope}\``).join(' or ');
  route['description'] = `${operation.description}\n\nScope: ${scopes}.`;
  const parameters = (route['parameters'] ?? []) as Json[];
  const query = operation.query instanceof z.ZodObject ? operation.query.shape : {};
  for (const parameter of parameters) {
    // A parameter with a named schema lacks its own description.
    const { description } = query[parameter['name'] as string]?.meta() ?? {};
    if (parameter['in'] === 'query' && description !== undefined) parameter['description'] = description;
  }
  route['parameters'] = [...parameters, ...requestHeaders(operation)] as Json[];
  if (operation.example.body !== undefined) {
    const body = (route['requestBody'] as Json)['content'] as Json;
    (body['application/json'] as Json)['example'] = operation.example.body as Json;
    (route['requestBody'] as Json)['required'] = true;
  }
  describeResponses(route, operation);
}

function describeResponses(route: Json, operation: Operation): void {
  const responses = route['responses'] as Json;
  const success = responses[operation.success.status] as Json;
  success['description'] = operation.success.description;
  contentOf(success)['example'] = operation.example.answer as Json;
  success['headers'] = headersOf(operation, operation.success.status, []);
  const { otherwise } = operation.success;
  if (otherwise !== undefined) {
    const schema = otherwise.schema.meta()?.id;
    (success['content'] as Json)[otherwise.mediaType] = { schema: { $ref: `#/components/schemas/${schema}` } };
  }
  if (operation.effect === 'write') {
    // A resolution by a person resolves the write at once: there is no unknown outcome.
    if (!answersWithOperation(operation)) delete responses['202'];
    else if (operation.success.status !== 202 && operation.resolvesAtOnce !== true) {
      const unknown = responses['202'] as Json;
      unknown['description'] = 'The outcome is not known yet: the resource as far as it is certain.';
      unknown['headers'] = headersOf(operation, 202, []);
      contentOf(unknown)['example'] = unknownExample(operation) as Json;
    }
  }
  for (const [status, codes] of problemsByStatus(operation)) {
    responses[status] = {
      description: codes.map((code) => problems[code].title).join('; '),
      headers: headersOf(operation, Number(status), codes),
      content: {
        [problemMediaType]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(
            codes.map((code) => [code, { summary: problems[code].title, value: problemExample(code) }]),
          ),
        },
      },
    };
  }
}

function contentOf(response: Json): Json {
  return (response['content'] as Json)['application/json'] as Json;
}

function answersWithOperation({ example }: Operation): boolean {
  return typeof example.answer === 'object' && example.answer !== null && 'operation' in example.answer;
}

function unknownExample(operation: Operation): unknown {
  const answer = operation.example.answer as { operation: { id: string } };
  const since = '2026-11-22T10:00:20.000Z';
  const unknown = {
    id: answer.operation.id,
    outcome: 'unknown',
    since,
    resolvesBy: 'look-up',
    nextLookUpAt: '2026-11-22T10:00:21.000Z',
  };
  return { ...answer, operation: unknown };
}

function problemsByStatus(operation: Operation): Map<string, ProblemCode[]> {
  const always: ProblemCode[] = [
    'malformed-request',
    'invalid-request',
    'unauthenticated',
    'authentication-limit',
    'forbidden',
    'request-timeout',
    'expectation-failed',
    'headers-too-large',
    'internal-error',
    'database-unavailable',
    'overloaded',
    'deadline-exceeded',
  ];
  if (operation.problems.some((code) => ofProviders.has(code))) always.push('account-busy', 'circuit-open');
  // A body is parsed, and may be invalid, even where none is required.
  if (operation.method !== 'GET') always.push('payload-too-large', 'unsupported-media-type');
  if (operation.params !== undefined) always.push('uri-too-long');
  if (operation.effect === 'write') always.push('idempotency-key-missing');
  const byStatus = new Map<string, ProblemCode[]>();
  for (const code of [...always, ...operation.problems]) {
    const status = String(problems[code].status);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([a], [b]) => Number(a) - Number(b)));
}

/** Problems of operations that call a provider. */
const ofProviders: ReadonlySet<ProblemCode> = new Set(['provider-unavailable', 'refused-by-provider']);

function problemExample(code: ProblemCode): Json {
  const { status, title } = problems[code];
  const example: Json = {
    type: problemType(code),
    title,
    status,
    detail: 'What is wrong here and how to mend it.',
    code,
    requestId: '01kan3z7jhfe7v2eq8d4tqh1yz',
  };
  if (code === 'invalid-request') {
    example['errors'] = [{ pointer: '/account', detail: 'expected string; it is missing' }];
    example['detail'] = '/account: expected string; it is missing';
  }
  if (code === 'refused-by-provider') {
    example['outcome'] = 'refused';
    example['provider'] = { name: 'acme', code: '2002', message: 'Cardholder not found' };
  }
  return example;
}
