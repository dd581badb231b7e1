import { problemMediaType, problems, type ProblemCode } from '@card-gateway/contract';
import type { DocumentedCallback } from '../callbacks/documented.ts';

type Field = DocumentedCallback['fields'][number];

/** The OpenAPI `webhooks`: what the providers send to this gateway, each with the very answer that it gets. */
export function webhooks(callbacks: readonly DocumentedCallback[]): Record<string, unknown> {
  return Object.fromEntries(callbacks.map((callback) => [callback.id, { post: webhook(callback) }]));
}

function webhook(callback: DocumentedCallback): unknown {
  const { id, summary, description, path, headers, under, outer, fields, example, answer } = callback;
  const inner = objectOf(fields);
  const schema = under === null ? inner : objectOf(outer, { [under]: inner });
  return {
    operationId: id,
    tags: ['Callbacks'],
    summary,
    description: `Sent to \`POST ${path}\`. ${description}`,
    security: [],
    ...(headers.length > 0 && {
      parameters: headers.map(([name, about]) => ({
        name,
        in: 'header',
        required: true,
        description: about,
        schema: { type: 'string' },
      })),
    }),
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: {
      '200': {
        description: answer.about,
        content: {
          [answer.contentType]: {
            schema: typeof answer.body === 'string' ? { type: 'string' } : { type: 'object' },
            example: answer.body,
          },
        },
      },
      ...Object.fromEntries(refusals.map(([status, code]) => [status, refusal(code)])),
    },
  };
}

function objectOf(fields: readonly Field[], more: Record<string, unknown> = {}): unknown {
  const described = fields.map(([name, type, description]) => [name, { type, description }] as const);
  return { type: 'object', properties: { ...Object.fromEntries(described), ...more } };
}

/** Nothing of such a callback was kept; on 503 the provider must send it again. */
const refusals: readonly (readonly [status: string, code: ProblemCode])[] = [
  ['400', 'malformed-request'],
  ['401', 'callback-refused'],
  ['404', 'not-found'],
  ['413', 'payload-too-large'],
  ['503', 'database-unavailable'],
];

function refusal(code: ProblemCode): unknown {
  return {
    description: problems[code].title,
    content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
