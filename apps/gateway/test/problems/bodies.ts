import type { Operation } from '@card-gateway/contract';
import { everyOperation, exampleOf, type Request, schemaOf } from '../setup/call.ts';
import { at, bodyOf, changed, fieldsOf, fullExample, matching, type Row, shown, type Survived } from './rows.ts';

type Wrong = Pick<Row, 'what' | 'code' | 'errors'> & { readonly body: unknown; readonly type?: string };

const withBody = everyOperation.filter(([, { body }]) => body !== undefined);

const noJson = [
  '',
  '{',
  '{"a":}',
  'account=x',
  '{"account":"a"}}',
  '{"__proto__":{}}',
  '{"constructor":{"prototype":{}}}',
];
const noObject = [null, [], 'text', 7, true];
const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
  'application/xml',
];
const wrongValues = [null, 17, true, [], {}, '', '\u0000', 'x'.repeat(5000), '💳'.repeat(2000)];
const oddTexts = ['\u0000', '\ud800', "'; DROP TABLE cards; --", '%00', '{}', '0'.repeat(64)];

function wrongBodies(operation: Operation): Wrong[] {
  const example = fullExample(operation);
  const { required = [] } = schemaOf(bodyOf(operation));
  // Where no field is required by itself, one of two is.
  const missing = required.length === 0 ? ['sumsubShareToken'] : required;
  return [
    {
      what: 'missing',
      body: undefined,
      code: 'invalid-request',
      errors: [{ pointer: '', detail: matching('object') }],
    },
    ...noJson.map((body): Wrong => ({
      what: `the text ${body}`,
      body,
      code: ['malformed-request', 'invalid-request'],
    })),
    ...noObject.map((body): Wrong => ({
      what: shown(body),
      body: JSON.stringify(body),
      code: 'invalid-request',
      errors: [{ pointer: '', detail: matching('object') }],
    })),
    {
      what: 'fields that the contract does not name',
      body: { ...example, colour: 'red', 'a/b~c': 1 },
      code: 'invalid-request',
      errors: [
        { pointer: '/colour', detail: 'there is no such field' },
        { pointer: '/a~1b~0c', detail: 'there is no such field' },
      ],
    },
    ...(bodyOf(operation).safeParse({}).success
      ? []
      : [
          {
            what: 'no field',
            body: {},
            code: 'invalid-request',
            errors: missing.map((name) => ({ pointer: `/${name}`, detail: matching(/^expected .*; it is missing$/) })),
          } satisfies Wrong,
        ]),
    ...fieldsOf(operation).flatMap((pointer) =>
      wrongValues
        .map((value) => ({ value, body: changed(fullExample(operation, pointer), pointer, value) }))
        .filter(({ body }) => !bodyOf(operation).safeParse(body).success)
        .map(({ value, body }): Wrong => ({
          what: `${pointer} = ${shown(value)}`,
          body,
          code: 'invalid-request',
          errors: at(pointer),
        })),
    ),
    ...otherTypes.map((type): Wrong => ({
      what: type,
      type,
      body: JSON.stringify(example),
      code: 'unsupported-media-type',
      errors: [{ pointer: 'header/Content-Type', detail: 'expected application/json' }],
    })),
    {
      what: 'JSON that says its character set, and has a field too many',
      type: 'application/json; charset=utf-8',
      body: { ...example, colour: 1 },
      code: 'invalid-request',
      errors: [{ pointer: '/colour', detail: 'there is no such field' }],
    },
    {
      what: 'larger than the limit',
      body: { ...example, colour: 'x'.repeat(65_536) },
      code: 'payload-too-large',
    },
  ];
}

const requestWith = (operation: Operation, body: unknown, type?: string): Request => {
  const example = exampleOf(operation);
  return { ...example, body, headers: { ...example.headers, ...(type !== undefined && { 'content-type': type }) } };
};

export const bodyRows: readonly Row[] = [
  ...withBody.flatMap(([id, operation]) =>
    wrongBodies(operation).map(({ what, body, type, ...problem }): Row => ({
      what: `${id}, body: ${what}`,
      request: requestWith(operation, body, type),
      ...problem,
    })),
  ),
  {
    what: 'a body that begins with a byte order mark, and has a field too many',
    request: {
      method: 'POST',
      path: '/v1/syncs',
      body: '\uFEFF{"colour":"red"}',
      headers: { 'idempotency-key': 'bom' },
    },
    code: 'invalid-request',
    errors: at('/colour'),
  },
];

export const survivedBodies: readonly Survived[] = withBody.flatMap(([id, operation]) =>
  fieldsOf(operation).flatMap((pointer) =>
    oddTexts.map((text) => ({
      what: `${id}, ${pointer} = ${shown(text)}`,
      request: requestWith(operation, changed(fullExample(operation, pointer), pointer, text)),
    })),
  ),
);
