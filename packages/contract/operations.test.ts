import { fromPublicId, idPrefixes, newUuid, toPublicId, type IdKind } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  bindingQuerySchema,
  createCardholderSchema,
  issueCardSchema,
  operations,
  problemCodes,
  problems,
  problemType,
  publicId,
  scopes,
  startSyncSchema,
  type Operation,
} from './index.ts';

const all = Object.entries<Operation>(operations);
const gets = all.filter(([, operation]) => operation.method === 'GET');
const writes = all.filter(([, operation]) => operation.effect === 'write');

/** Every text in a value, with its member's name. */
function textsOf(value: unknown, name = ''): { name: string; text: string }[] {
  if (typeof value === 'string') return [{ name, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, key));
}

/** It starts like an id of ours but is none. */
function isBrokenId(text: string): boolean {
  const kind = (Object.keys(idPrefixes) as IdKind[]).find((kind) => text.startsWith(`${idPrefixes[kind]}_`));
  return kind !== undefined && fromPublicId(kind, text) === null;
}

describe.each(all)('%s', (_, operation) => {
  const { body, answer } = operation.example;

  test('is told in words', () => {
    for (const text of [operation.tag, operation.summary, operation.description, operation.success.description]) {
      expect(text.trim()).not.toBe('');
    }
    expect(operation.summary).not.toMatch(/\.$/);
    expect(operation.description).toMatch(/\.$/);
  });

  test('takes the body of its example', () => {
    expect(body === undefined).toBe(operation.body === undefined);
    // Strict: what the schema would strip or add shows as a difference.
    expect(operation.body?.parse(body)).toStrictEqual(body);
  });

  test('answers as in its example', () => {
    expect(operation.success.schema.parse(answer)).toStrictEqual(answer);
  });

  test('has valid ids and times in its example', () => {
    const texts = textsOf([body, answer]);
    // A callback's kind is a word (`card_changed`), no id.
    expect(texts.filter(({ name, text }) => name !== 'kind' && isBrokenId(text))).toEqual([]);
    const times = texts.filter(({ name }) => /(At|After|since)$/.test(name));
    expect(times.map(({ text }) => new Date(text).toISOString())).toEqual(times.map(({ text }) => text));
  });

  test('names in its path the parameters that it reads', () => {
    const named = Array.from(operation.path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
    const read = operation.params instanceof z.ZodObject ? Object.keys(operation.params.shape) : [];
    expect(named).toEqual(read);
    expect(operation.path).toMatch(/^\/v1(\/([a-z]+(-[a-z]+)*|\{\w+\}))+$/);
  });

  test('refuses what its schemas do not name', () => {
    const inputs = [operation.params, operation.query, operation.body].filter((schema) => schema !== undefined);
    const stranger = { ...(body as object | undefined), 'not-in-the-contract': 'x' };
    const codes = inputs.map((schema) => schema.safeParse(stranger).error?.issues.map((issue) => issue.code));
    expect(codes).toEqual(inputs.map(() => expect.arrayContaining(['unrecognized_keys'])));
  });

  test('names its problems and scopes once', () => {
    expect(new Set(operation.problems).size).toBe(operation.problems.length);
    expect(new Set(operation.scopes).size).toBe(operation.scopes.length);
    for (const code of operation.problems) expect(problemCodes).toContain(code);
    for (const scope of operation.scopes) expect(scopes).toContain(scope);
  });
});

test.each(gets)('%s is a GET: it reads, without a body', (_, operation) => {
  expect(operation).toMatchObject({ effect: 'read', success: { status: 200 } });
  expect(operation).not.toHaveProperty('body');
});

test('method and path name one operation', () => {
  const names = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(writes)('%s can be told that its key is in use', (_, operation) => {
  expect(operation.problems).toContain('idempotency-key-reused');
  expect(operation.problems.includes('request-in-progress')).toBe(operation.resolvesAtOnce !== true);
});

test.each(Object.entries(problems))('the problem %s has a title and an error status', (code, { status, title }) => {
  expect(title.trim()).not.toBe('');
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(problemType(code as keyof typeof problems)).toBe(`urn:card-gateway:problem:${code}`);
});

test.each(Object.keys(idPrefixes) as IdKind[])('the contract takes every id of kind %s that core makes', (kind) => {
  const schema = publicId(kind);
  for (const time of [0, 1, 1_795_000_000_000, 2 ** 48 - 1]) {
    const id = toPublicId(kind, newUuid(time));
    expect(schema.parse(id)).toBe(id);
    expect(schema.safeParse(`${id}0`).success).toBe(false);
    expect(schema.safeParse(id.toUpperCase()).success).toBe(false);
  }
  expect(schema.safeParse(`${idPrefixes[kind]}_8${'0'.repeat(25)}`).success).toBe(false);
});

describe('rules between fields', () => {
  const pathsOf = (schema: z.ZodType, value: unknown) =>
    (schema.safeParse(value).error?.issues ?? []).map((issue) => issue.path.join('/'));
  const issueCard = operations.issueCard.example.body;
  const place = {
    country: 'GB',
    state: 'London',
    city: 'London',
    line1: '1 Main Street',
    postalCode: 'N1 9GU',
  };
  const address = { firstName: 'Ada', lastName: 'Lovelace', phoneCode: '44', phone: '2079460000', ...place };

  test('an address has the shape of one in any language', () => {
    expect(pathsOf(issueCardSchema, { ...issueCard, address })).toEqual([]);
    const abroad = { ...address, firstName: '明', city: '伦敦', line1: 'Straße 1', postalCode: 'Ж1' };
    expect(pathsOf(issueCardSchema, { ...issueCard, address: abroad })).toEqual([]);
    const odd = {
      ...address,
      country: 'England',
      city: ' ',
      state: 'a\u0007',
      line1: '4111 1111 1111 1111',
      line2: '\ud83d',
    };
    expect(pathsOf(issueCardSchema, { ...issueCard, address: odd }).toSorted()).toEqual([
      'address/city',
      'address/country',
      'address/line1',
      'address/line2',
      'address/state',
    ]);
  });

  test('an application rests on a share token or on a person, and on one alone', () => {
    const { sumsubShareToken, ...body } = operations.createCardholder.example.body;
    const person = {
      firstName: 'Ada',
      lastName: 'Lovelace',
      birthDate: '1990-02-28',
      email: 'ada@example.com',
      phoneCode: '44',
      phone: '2079460000',
      address: place,
    };
    expect(pathsOf(createCardholderSchema, { ...body, person })).toEqual([]);
    expect(pathsOf(createCardholderSchema, body)).toEqual(['sumsubShareToken']);
    expect(pathsOf(createCardholderSchema, { ...body, person, sumsubShareToken })).toEqual(['person']);
    for (const [field, odd] of [
      ['birthDate', '1990-02-30'],
      ['birthDate', '90-02-28'],
      ['birthDate', '1890-02-28'],
      ['email', 'ada.example.com'],
      ['email', 'ada@exa\u0000mple.com'],
    ] as const) {
      expect(pathsOf(createCardholderSchema, { ...body, person: { ...person, [field]: odd } })).toEqual([
        `person/${field}`,
      ]);
    }
  });

  test('a sync of one kind of binding needs a user', () => {
    expect(pathsOf(startSyncSchema, { account: 'onerway', kind: 'token' })).toEqual(['user']);
    expect(pathsOf(startSyncSchema, { account: 'onerway', kind: 'token', user: 'user-1' })).toEqual([]);
    expect(pathsOf(startSyncSchema, { account: 'onerway', user: 'user-1' })).toEqual([]);
  });

  test('refreshed bindings are those of one user at one account', () => {
    expect(pathsOf(bindingQuerySchema, { refresh: 'true' })).toEqual(['account', 'user']);
    expect(pathsOf(bindingQuerySchema, { refresh: 'true', account: 'yixin' })).toEqual(['user']);
    expect(pathsOf(bindingQuerySchema, { refresh: 'true', account: 'yixin', user: 'user-1' })).toEqual([]);
    expect(pathsOf(bindingQuerySchema, { refresh: 'false' })).toEqual([]);
    expect(pathsOf(bindingQuerySchema, {})).toEqual([]);
  });

  test.each(['0', '201', '1.5', '', 'many', '-1', ' '])('a page has from 1 to 200 rows, not "%s"', (limit) => {
    expect(pathsOf(operations.listCards.query, { limit })).toEqual(['limit']);
  });

  test.each(['1', '200'])('a page may have %s rows', (limit) => {
    expect(operations.listCards.query.parse({ limit })).toEqual({ limit: Number(limit) });
  });
});
