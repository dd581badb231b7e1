import { expect, test } from 'vitest';
import { clientApi } from './generate.ts';

const content = (schema: unknown) => ({ content: { 'application/json': { schema } } });

/** The document of one write, whose body and answer are these. */
function documentOf(body: unknown, answer: unknown, schemas: Record<string, unknown> = {}) {
  const operation = {
    operationId: 'makeThing',
    summary: 'Make a thing',
    description: 'It is made.',
    parameters: [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } }],
    requestBody: content(body),
    responses: { 201: content(answer), 400: {} },
  };
  return { paths: { '/v1/things': { post: operation } }, components: { schemas } };
}

const words = { type: 'string', enum: ['a', 'b'] };
const ref = { $ref: '#/components/schemas/Word' };

test('an operation has its path, whether it is a write, what it takes and what it answers', () => {
  const text = clientApi(documentOf(words, words));
  expect(text).toContain("makeThing: { method: 'POST', path: '/v1/things', write: true }");
  expect(text).toContain('/** Make a thing. It is made. */\n  makeThing: {');
  expect(text).toMatch(/input: \{\n {6}body: "a" \| "b";/);
  expect(text).toContain('answer: Open<"a" | "b">;');
});

test('a named text may be another in an answer, and is one of its words where it is sent', () => {
  const text = clientApi(documentOf(ref, ref, { Word: words }));
  expect(text).toContain('export type Word = Open<"a" | "b">;');
  expect(text).toContain('body: "a" | "b";');
  expect(text).toContain('answer: Word;');
  expect(clientApi(documentOf(ref, { type: 'string' }, { Word: words }))).toContain('export type Word = "a" | "b";');
});

test('a text whose words are only named is open in an answer', () => {
  const { enum: known, ...text } = words;
  const open = { ...text, 'x-extensible-enum': known };
  expect(clientApi(documentOf(words, { ...open, type: ['string', 'null'] }))).toContain(
    'answer: Open<"a" | "b"> | null;',
  );
  expect(clientApi(documentOf(ref, ref, { Word: open }))).toContain('body: "a" | "b";');
});

test('members are optional, null, lists and one of several as the document says', () => {
  const schema = {
    type: 'object',
    required: ['list'],
    properties: {
      list: { type: 'array', items: { type: ['string', 'null'] }, description: 'Of */ texts.' },
      either: { oneOf: [{ const: 'x' }, { type: 'integer' }, { type: 'null' }] },
    },
  };
  const text = clientApi(documentOf(words, ref, { Word: schema }));
  expect(text).toContain(
    '  /** Of * / texts. */\n  list: (string | null)[];\n  either?: "x" | number | null | undefined;',
  );
});

test('what a webhook brings is open and what it is answered is not, under the titles that they have there', () => {
  const thing = (title: string, member: unknown) => ({
    title,
    type: 'object',
    required: ['what'],
    properties: { what: member },
  });
  const post = {
    requestBody: content(
      thing('Question', { ...thing('Inner', words), type: ['object', 'null'], description: 'What it is about.' }),
    ),
    responses: { 200: content(thing('Answer', words)) },
  };
  const document = documentOf(words, words);
  const inside = clientApi({ ...document, webhooks: { 'thing.asked': { post } } });
  expect(inside).toContain('export interface Question {\n  /** What it is about. */\n  what: Inner | null;\n}');
  expect(inside).toContain('export interface Inner {\n  what: Open<"a" | "b">;\n}');
  expect(inside).toContain('export interface Answer {\n  what: "a" | "b";\n}');
  const { components } = document;
  const webhooks = { 'thing.asked': { $ref: '#/components/pathItems/Thing' } };
  expect(clientApi({ ...document, webhooks, components: { ...components, pathItems: { Thing: { post } } } })).toBe(
    inside,
  );
});

test.each([[{}], [{ type: 'file' }], [{ not: words }], [{ $ref: '#/components/schemas/None' }]])(
  'what it does not know stops it: %j',
  (schema) => {
    expect(() => clientApi(documentOf(words, schema))).toThrow(/no TypeScript for|no component/);
  },
);
