import { everyOperation, exampleOf } from '../setup/call.ts';
import { matching, type Row, shown } from './rows.ts';

const noKeys: readonly Record<string, string>[] = [{}, { 'idempotency-key': '' }, { 'idempotency-key': '   ' }];
const wrongKeys = ['x'.repeat(256), 'with space', 'caf\u00e9'];
const pointer = 'header/Idempotency-Key';

export const idempotencyKeyRows: readonly Row[] = everyOperation
  .filter(([, { effect }]) => effect === 'write')
  .flatMap(([id, operation]): Row[] => [
    ...noKeys.map((headers): Row => ({
      what: `${id}, Idempotency-Key: none with ${shown(headers)}`,
      request: { ...exampleOf(operation), headers },
      code: 'idempotency-key-missing',
      errors: [{ pointer, detail: matching('^expected ') }],
    })),
    ...wrongKeys.map((key): Row => ({
      what: `${id}, Idempotency-Key: ${shown(key)}`,
      request: { ...exampleOf(operation), headers: { 'idempotency-key': key } },
      code: 'invalid-request',
      errors: [{ pointer, detail: matching('^expected 1 to 255 visible ASCII characters') }],
    })),
    {
      what: `${id}, Idempotency-Key: two`,
      request: { ...exampleOf(operation), headers: { 'idempotency-key': ['a', 'b'] } },
      code: 'malformed-request',
      errors: [{ pointer, detail: 'expected it once' }],
    },
  ]);

const hardlyHttp = [
  'hello\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n',
  'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
  'POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nX: \u0001\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000',
];

export const rawRows: readonly Row[] = [
  ...hardlyHttp.map((bytes): Row => ({ what: `bytes ${shown(bytes)}`, request: bytes, code: 'malformed-request' })),
  {
    what: 'endless headers',
    request: `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    code: 'headers-too-large',
    detail: matching('16 KB'),
  },
];

/** Requests of which the rest never comes. */
export const unfinishedRows = (key: string): readonly Row[] => {
  const post = 'POST /v1/cards HTTP/1.1\r\nHost: x\r\n';
  const rest = `Authorization: Bearer ${key}\r\nContent-Type: application/json\r\n\r\n`;
  return [
    { what: 'half a head', request: 'GET /v1/cards HTTP/1.1\r\nHost: x\r\n', code: 'request-timeout' },
    { what: 'half a body', request: `${post}Content-Length: 20\r\n${rest}{"account":`, code: 'request-timeout' },
    {
      what: 'a first chunk',
      request: `${post}Transfer-Encoding: chunked\r\n${rest}1\r\n{\r\n`,
      code: 'request-timeout',
    },
  ];
};

export const plainIds = [
  'mine-1',
  'a:b.c_d-e',
  'x'.repeat(128),
  '01a22549-6291-73c7-8d7c-099410916512',
  '2026-11-29T10.01.07Z',
];
/** Card numbers in groups, in base64 and in the form of a UUID; one without a right check digit; and a plain one. */
const numbersInIds = [
  '4111-1111-1111-1111',
  '4111.1111:1111_1111',
  'req-4111--1111--1111--1111-a',
  '4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1',
  'NDExMTExMTExMTExMTExMQ',
  '41111111-1111-1111-a000-000000000000',
  '6217-0012-3456-7890-123',
  '4111111111111111',
];
const otherIds = [
  '',
  'with space',
  'x'.repeat(129),
  '<script>',
  'caf\u00e9',
  '4111 1111 1111 1111',
  '"',
  ...numbersInIds,
];

export const requestIdRows: readonly Row[] = [
  ...plainIds.flatMap((id): Row[] => {
    const headers = { 'x-request-id': id };
    return [
      { what: `X-Request-Id ${shown(id)} to nothing`, request: { path: '/nothing', headers }, code: 'not-found' },
      {
        what: `X-Request-Id ${shown(id)} with a fault`,
        request: { path: '/v1/cards?limit=x', headers },
        code: 'invalid-request',
      },
      {
        what: `X-Request-Id ${shown(id)} without a key`,
        request: { path: '/v1/cards', headers: { ...headers, authorization: '' } },
        code: 'unauthenticated',
      },
    ].map((row) => ({ ...row, requestId: id }) as Row);
  }),
  ...otherIds.map((id): Row => ({
    what: `X-Request-Id ${shown(id)}, which is replaced`,
    request: { path: '/nothing', headers: { 'x-request-id': id } },
    code: 'not-found',
    requestId: matching(/^[0-9a-f-]{36}$/),
  })),
];
