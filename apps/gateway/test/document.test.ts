import { readFile } from 'node:fs/promises';
import {
  decisionAnswerSchema,
  decisionRequestSchema,
  eventKinds,
  eventSchema,
  eventTypes,
  problemCodes,
} from '@card-gateway/contract';
import { describe, expect, test } from 'vitest';
import { build } from '../src/version.ts';

type Json = { readonly [key: string]: Json };

/** What is committed is what is served: `generated.test.ts`. */
const document = JSON.parse(await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as Json;
const components = document['components'] as Json;

const text = (value: unknown): string => (value ?? '') as string;
/** The component that a schema refers to; an empty text where it does not. */
const referred = (schema: Json): string => text(schema['$ref']).replace(/^.*\//, '');

interface Place {
  readonly at: string;
  readonly schema: Json;
}

/** Every object of the document outside examples, with its place. */
function placesIn(value: unknown, at = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.entries(value).flatMap(([name, member]) =>
    /^examples?$/.test(name) ? [] : placesIn(member, `${at}/${name}`),
  );
  return [{ at, schema: value as Json }, ...members];
}

const places = placesIn(document);
const schemaAt = new Map(places.map(({ at, schema }) => [at, schema]));
const schemas = places.filter(({ at }) => /\/(schema|schemas\/\w+|properties\/\w+|items|anyOf\/\d+)$/.test(at));
const isComponent = (at: string): boolean => /^\/components\/schemas\/\w+$/.test(at);
/** It has a name of ours: as a component or, where generators do not take a reference, as a title. */
const named = (at: string): boolean => isComponent(at) || text(schemaAt.get(at)?.['title']) !== '';

const schemaOfBody = (operation: Json): Json =>
  operation['requestBody']?.['content']?.['application/json']?.['schema'] ?? {};

test('every operation that takes an account says that there may be none of that name', () => {
  const operations = Object.values(document['paths'] as Json).flatMap((path) => Object.values(path));
  const takesAccount = (operation: Json): boolean => {
    const parameters = Object.values(operation['parameters'] ?? {});
    const body = schemaAt.get(`/components/schemas/${referred(schemaOfBody(operation))}`);
    return parameters.some(({ name }) => text(name) === 'account') || body?.['properties']?.['account'] !== undefined;
  };
  const found = operations.filter(takesAccount);
  expect(found.length).toBeGreaterThan(15);
  expect(
    found.filter(({ responses }) => responses?.['404'] === undefined).map(({ operationId }) => operationId),
  ).toEqual([]);
});

test('it names its licence by an identifier and is of the version of the product', () => {
  expect(document['info']).toMatchObject({
    version: build.version,
    license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
  });
});

/** The subset that ECMAScript (with and without `u`), Python's `re`, RE2, Java and .NET read alike: JSON Schema 6.4, and `\xhh`. */
function isPortable(pattern: string): boolean {
  const literal = String.raw`(?:[^\\^$.*+?()[\]{}|]|\\x[0-9a-f]{2})`;
  const inClass = String.raw`(?:[^\\\]\[]|\\x[0-9a-f]{2})`;
  const tokens = new RegExp(String.raw`^(?:${literal}|\[\^?${inClass}+\]|\((?!\?)|\)|\||[*+?]|\{\d+(?:,\d*)?\})*$`);
  return pattern.startsWith('^') && pattern.endsWith('$') && tokens.test(pattern.slice(1, -1));
}

describe('patterns', () => {
  const patterns = [...new Set(schemas.flatMap(({ schema: { pattern } }) => (pattern ? [text(pattern)] : [])))];

  test.each(patterns)('%s is read alike everywhere', (pattern) => {
    expect(isPortable(pattern)).toBe(true);
    // Quantifiers, groups and classes are whole.
    expect(() => new RegExp(pattern)).not.toThrow();
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });

  test.each([
    String.raw`^\d$`,
    String.raw`^\p{Cc}$`,
    '^(?:a)$',
    '^(?!0)$',
    '^(?<year>a)$',
    String.raw`^\u0020$`,
    'a',
    '^a',
    '^.$',
    String.raw`^\w+$`,
    '^[[:alpha:]]$',
  ])('%s would be told', (pattern) => {
    expect(isPortable(pattern)).toBe(false);
  });
});

test('no header has a format', () => {
  const headers = places.filter(({ schema }) => schema['in'] === ('header' as unknown));
  expect(headers.length).toBeGreaterThan(0);
  expect(headers.filter(({ schema }) => schema['schema']?.['format'] !== undefined)).toEqual([]);
});

describe('names', () => {
  test('every object and every list of words is a component', () => {
    const unnamed = schemas.filter(
      ({ at, schema }) => (schema['properties'] ?? schema['enum'] ?? schema['x-extensible-enum']) && !named(at),
    );
    expect(unnamed.map(({ at }) => at)).toEqual([]);
  });

  test('no union but that of a component and null', () => {
    const unions = schemas.filter(({ schema }) => schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']);
    expect(unions.length).toBeGreaterThan(0);
    const components = expect.stringMatching(/^#\/components\/schemas\/\w+$/) as unknown;
    for (const { at, schema } of unions) {
      expect([at, schema['anyOf']]).toEqual([at, [{ $ref: components }, { type: 'null' }]]);
    }
  });
});

/** The components that are reached from here. */
function reached(value: unknown, found: Set<string> = new Set()): Set<string> {
  for (const { schema } of placesIn(value)) {
    const name = referred(schema);
    if (name === '' || found.has(name)) continue;
    found.add(name);
    reached(components['schemas']?.[name], found);
  }
  return found;
}

describe('room to evolve', () => {
  const routes = Object.values(document['paths'] ?? {}).flatMap((methods) => Object.values(methods));
  const answers = reached(routes.map((route) => route['responses']));
  const inputs = reached(routes.flatMap((route) => [route['parameters'], route['requestBody']]));

  test('what is sent and what is answered have no component in common', () => {
    expect(inputs.size).toBeGreaterThan(10);
    expect([...inputs].filter((name) => answers.has(name))).toEqual([]);
  });

  test.each([...answers])('%s, which is answered, is open', (name) => {
    const closed = new Set(['enum', 'const', 'pattern', 'maxLength', 'minLength', 'maximum', 'minimum']);
    for (const { at, schema } of placesIn(components['schemas']?.[name])) {
      if (at.endsWith('/properties')) continue;
      expect([at, Object.keys(schema).filter((key) => closed.has(key))]).toEqual([at, []]);
      // Said, because some generators take it for closed where nothing is said. Where nothing is named, anything may be there.
      const said = schema['additionalProperties'];
      const unnamed = said === undefined ? undefined : {};
      expect([at, said]).toEqual([at, schema['properties'] === undefined ? unnamed : true]);
    }
  });

  /** Words that a provider may add to: each account names its own in `requirements`, and takes no other. */
  const namedByAccounts = new Set(['BindingPurpose']);

  test.each([...inputs].filter((name) => !namedByAccounts.has(name)))('%s, which is sent, is closed', (name) => {
    const schema = components['schemas']?.[name];
    if (schema?.['properties'] === undefined) expect(schema?.['enum']).toBeDefined();
    else expect(schema['additionalProperties']).toBe(false);
  });

  test('the constants that generators make of words have one name each', () => {
    const constants = schemas.flatMap(({ schema }) => (schema['x-enum-varnames'] ?? []) as unknown as string[]);
    expect(constants).toContain('BINDING_STATUS_AWAITING_CODE');
    expect(new Set(constants).size).toBe(constants.length);
    for (const { at, schema } of schemas) {
      const { enum: words, 'x-enum-varnames': names } = schema as unknown as Record<string, string[] | undefined>;
      if (isComponent(at)) expect([at, names?.length]).toEqual([at, words?.length]);
    }
  });

  test('every known problem code is told', () => {
    expect(components['schemas']?.['ProblemCode']?.['x-extensible-enum']).toEqual(problemCodes);
  });
});

describe('webhooks', () => {
  const webhooks = document['webhooks'] as unknown as Record<string, { post: Json }>;

  test('are what a service of the company may implement, and nothing that the gateway takes', () => {
    expect(Object.keys(webhooks)).toEqual(['authorization.requested', ...eventKinds]);
    // Generators write one file for each tag: one that a path has too would be overwritten.
    const tags = (routes: Json[]): string[] => routes.flatMap((route) => route['tags'] as unknown as string[]);
    const ofPaths = tags(Object.values(document['paths'] ?? {}).flatMap((methods) => Object.values(methods)));
    const own = tags(Object.values(webhooks).map(({ post }) => post));
    expect(own.filter((tag) => ofPaths.includes(tag))).toEqual([]);
    for (const { post } of Object.values(webhooks)) expect(post['x-internal']).toBe(true);
  });

  test('the question about a payment has its schema, signature, deadline and both answers', () => {
    const { description, parameters, requestBody, responses } = webhooks['authorization.requested']?.post ?? {};
    const headers = parameters as unknown as { name: string }[];
    expect(headers.map(({ name }) => name)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
    expect(text(description)).toContain('timeoutMs');
    const question = requestBody?.['content']?.['application/json'];
    expect(question?.['schema']?.['title']).toBe('DecisionRequest');
    // Some generators drop components that no path refers to, and others resolve no unions here.
    expect(JSON.stringify(webhooks['authorization.requested'])).not.toMatch(/\$ref|anyOf/);
    decisionRequestSchema.strict().parse(question?.['example']);
    const answer = responses?.['200']?.['content']?.['application/json'];
    expect(answer?.['schema']?.['title']).toBe('DecisionAnswer');
    for (const example of Object.values(answer?.['examples'] ?? {}))
      decisionAnswerSchema.strict().parse(example['value']);
  });
});

describe('the webhooks of events', () => {
  const posts = Object.entries(document['webhooks'] ?? {}).filter(([name]) =>
    (eventKinds as readonly string[]).includes(name),
  );
  const content = (post: Json): Json => post['requestBody']?.['content']?.['application/json'] ?? {};

  test.each(posts)('%s has its types with an example each', (kind, { post = {} }) => {
    expect(referred(content(post)['schema'] ?? {})).toBe('Event');
    const examples = Object.entries(content(post)['examples'] ?? {});
    expect(examples.map(([type]) => type)).toEqual(eventTypes.filter((type) => type.startsWith(`${kind}.`)));
    for (const [type, { value }] of examples) expect(eventSchema.parse(value)).toMatchObject({ type });
  });
});

describe('secrets', () => {
  test.each([
    ['RevealedCard', 'number'],
    ['RevealedCard', 'cvv'],
    ['RevealedBinding', 'token'],
    ['FrameToken', 'token'],
    ['ActivateCard', 'cvv'],
    ['SetCardPin', 'pin'],
    ['VerifyBinding', 'code'],
    ['StartBinding', 'cardNumber'],
    ['CreateCardholder', 'sumsubShareToken'],
  ])('generated classes do not print %s.%s', (component, property) => {
    expect(components['schemas']?.[component]?.['properties']?.[property]?.['format']).toBe('password');
  });
});

/** Parts without a description: properties, parameters, components, and values without a meaning. */
function undescribed(): string[] {
  const isDescribed = (schema: Json): boolean =>
    Boolean(schema['description'] ?? components['schemas']?.[referred(schema)]);
  const silent = schemas.filter(
    ({ at, schema }) => (isComponent(at) || /\/properties\/\w+$/.test(at)) && !isDescribed(schema),
  );
  const parameters = places.filter(({ schema }) => schema['in'] !== undefined && !schema['description']);
  const words = schemas.flatMap(({ at, schema }) => {
    const known = (schema['enum'] ?? schema['x-extensible-enum'] ?? []) as unknown as string[];
    return known
      .filter((word) => !text(schema['description']).includes(`- \`${word}\`: `))
      .map((word) => `${at}: ${word}`);
  });
  return [...silent.map(({ at }) => at), ...parameters.map(({ at }) => at), ...words];
}

test('everything is described', () => {
  expect(undescribed()).toEqual([]);
});
