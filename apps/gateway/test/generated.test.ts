import { readFile } from 'node:fs/promises';
import { type Operation, problemMediaType, problems, problemSchema } from '@card-gateway/contract';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { adapters } from '../src/adapters.ts';
import { generatedFiles } from '../src/generated-files.ts';
import { everyOperation } from './setup/call.ts';

type Json = { readonly [key: string]: Json };

let files: Record<string, string>;
let document: Json;
beforeAll(async () => {
  files = await generatedFiles();
  document = JSON.parse(files['docs/openapi.json'] ?? '') as Json;
});

const paths = [
  'docs/openapi.json',
  'packages/client/api.ts',
  'docs/accounts.schema.json',
  '.env.example',
  'prisma/migrations.sha256',
  ...adapters.map(({ provider }) => `docs/providers/${provider}.md`),
];

test.each(paths)('%s is up to date', async (path) => {
  const committed = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
  expect(committed === files[path], `${path} is stale: run "pnpm run openapi" and commit it`).toBe(true);
});

test('no file but these is made', () => {
  expect(Object.keys(files)).toEqual(paths);
});

test('the document is OpenAPI 3.1 with all operations of the contract and no other', () => {
  expect(document['openapi']).toBe('3.1.0');
  const described = Object.values(document['paths'] ?? {}).flatMap((methods) =>
    Object.values(methods).map((route) => text(route['operationId'])),
  );
  expect(described.toSorted()).toEqual(everyOperation.map(([id]) => id).toSorted());
});

test('every reference leads to something, and every component is referred to', () => {
  const whole = JSON.stringify(document);
  const targets = new Set(
    [...whole.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? ''),
  );
  expect([...targets].toSorted()).toEqual(Object.keys(document['components']?.['schemas'] ?? {}).toSorted());
});

test('the security scheme is a bearer key, and it is asked for everywhere', () => {
  expect(document['security']).toEqual([{ apiKey: [] }]);
  expect(document['components']?.['securitySchemes']?.['apiKey']).toMatchObject({ type: 'http', scheme: 'bearer' });
});

describe.each(everyOperation)('%s in the document', (id, operation) => {
  const route = (): Json => document['paths']?.[operation.path]?.[operation.method.toLowerCase()] as Json;
  const answers = (): Json => route()['responses'] as Json;

  test('says what it is and which scope it takes', () => {
    expect(route()).toMatchObject({ operationId: id, summary: operation.summary, tags: [operation.tag] });
    expect(text(route()['description'])).toContain(operation.description);
    for (const scope of operation.scopes) expect(text(route()['description'])).toContain(`\`${scope}\``);
    expect(route()['security'] ?? document['security']).toEqual([{ apiKey: [] }]);
  });

  test('has examples that fit the contract', () => {
    const answer = answers()[String(operation.success.status)]?.['content']?.['application/json'];
    expect(answer?.['schema']).toBeDefined();
    strict(operation.success.schema).parse(answer?.['example']);
    if (operation.body === undefined) return expect(route()['requestBody']).toBeUndefined();
    expect(route()['requestBody']?.['required']).toBe(true);
    operation.body.parse(route()['requestBody']?.['content']?.['application/json']?.['example']);
  });

  test('says what an unknown outcome looks like, if it writes', () => {
    if (operation.effect === 'read' || operation.resolvesAtOnce === true) {
      return expect(answers()['202']).toBeUndefined();
    }
    const unknown = answers()['202'];
    const example = unknown?.['content']?.['application/json']?.['example'];
    strict(operation.success.schema).parse(example);
    if (operation.success.status === 202) return;
    expect(example?.['operation']?.['outcome']).toBe('unknown');
    expect(unknown?.['headers']?.['Location']).toBeDefined();
  });

  test('lists its problems, each with an example that fits the contract', () => {
    const listed = Object.entries(answers()).flatMap(([status, { content }]) => {
      if (Number(status) < 400) return [];
      const media = content?.[problemMediaType];
      const { schema, examples } = media as unknown as { schema: Json; examples: Record<string, Json> };
      expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
      return Object.entries(examples).map(([code, { value }]) => {
        const problem = problemSchema.strict().parse(value);
        expect(problem).toMatchObject({ code, status: Number(status), type: `urn:card-gateway:problem:${code}` });
        return code;
      });
    });
    expect(listed).toEqual(
      expect.arrayContaining([
        ...operation.problems,
        'invalid-request',
        'unauthenticated',
        'forbidden',
        'internal-error',
      ]),
    );
    expect(new Set(listed).size).toBe(listed.length);
    for (const code of listed) expect(problems).toHaveProperty([code]);
  });

  test('names its parameters', () => {
    const parameters = (route()['parameters'] ?? []) as unknown as { name: string; in: string; required?: boolean }[];
    const named = (place: string): string[] => parameters.filter((one) => one.in === place).map(({ name }) => name);
    expect(named('path')).toEqual([...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(named('query').toSorted()).toEqual(queryNames(operation));
    const key = operation.effect === 'write' ? ['Idempotency-Key'] : [];
    expect(named('header').toSorted()).toEqual([...key, 'X-Request-Deadline', 'X-Request-Id', 'traceparent']);
  });
});

function queryNames({ query }: Operation): string[] {
  if (query === undefined) return [];
  return Object.keys((z.toJSONSchema(query, { io: 'input' }) as { properties?: Json }).properties ?? {}).toSorted();
}

const text = (value: unknown): string => value as string;

/** The same shape, but nothing beside what it names. */
function strict(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strict() : schema;
}

describe('the schema of the accounts file', () => {
  const secret = { file: '/run/secrets/key' };
  const accounts = {
    $schema: './accounts.schema.json',
    cards: {
      provider: 'open-api',
      settings: { baseUrl: 'https://a.example', version: 'v1', customerId: 1, appId: '2', key: secret },
    },
    keysecure: {
      provider: 'keysecure',
      tenant: 'shop',
      settings: { baseUrl: 'https://b.example', mode: 'credit', apiKey: { env: 'KEY' } },
    },
    onerway: {
      provider: 'onerway',
      sandbox: true,
      settings: { baseUrl: 'http://localhost:9090', merchantNo: '1', secretKey: secret },
    },
    yixin: {
      provider: 'yixin',
      settings: {
        baseUrl: 'https://d.example',
        appId: 'a',
        privateKey: secret,
        providerPublicKey: secret,
        profile: {},
      },
    },
  };
  const schema = (): z.ZodType =>
    z.fromJSONSchema(JSON.parse(files['docs/accounts.schema.json'] ?? '') as z.core.JSONSchema.JSONSchema);
  const fits = (value: unknown): boolean => schema().safeParse(value).success;

  test('takes a good file', () => {
    expect(fits(accounts)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['a provider that is none', { a: { provider: 'acme', settings: {} } }],
    ['no settings', { a: { provider: 'onerway' } }],
    ['a secret as text', { a: { ...accounts.onerway, settings: { ...accounts.onerway.settings, secretKey: 'hush' } } }],
    [
      'a secret from nowhere',
      { a: { ...accounts.onerway, settings: { ...accounts.onerway.settings, secretKey: {} } } },
    ],
    ['an unknown setting', { a: { ...accounts.onerway, settings: { ...accounts.onerway.settings, colour: 'red' } } }],
    ['an unknown field', { a: { ...accounts.onerway, colour: 'red' } }],
    ['a tenant in capitals', { a: { ...accounts.onerway, tenant: 'Shop 1' } }],
    ['settings of another provider', { a: { ...accounts.onerway, provider: 'keysecure' } }],
  ])('refuses %s', (_what, value) => {
    expect(fits(value)).toBe(false);
  });

  test('asks for what the settings have no default for, and for nothing else', () => {
    for (const adapter of adapters) {
      const text = files['docs/accounts.schema.json'] ?? '';
      expect(text).toContain(`"const": "${adapter.provider}"`);
    }
    expect(fits({ a: { provider: 'keysecure', settings: { mode: 'credit', apiKey: secret } } })).toBe(false);
  });
});
