import type { Operation } from '@card-gateway/contract';
import { everyOperation, exampleOf, pathOf, type Request, schemaOf } from '../setup/call.ts';
import { ourWords } from './check.ts';
import { at, matching, type Row, shown, type Survived } from './rows.ts';

const withParams = everyOperation.filter(([, { params }]) => params !== undefined);
const withQuery = everyOperation.filter(([, { query }]) => query !== undefined);

const noIds = [
  'x',
  'card',
  'op_',
  '0',
  'null',
  '..%2f..%2fetc',
  '%00',
  '%F0%9F%92%B3',
  "'",
  '1'.repeat(200),
  'card_zzzzzzzzzzzzzzzzzzzzzzzzzz',
];
const nonsense = ['', 'x'.repeat(300), 'nonsense!', '-1', '1.5', '\u0000'];
const noCursors = ['x', '!', Buffer.from('not a uuid').toString('base64url'), 'eyJpZCI6MX0', '%00'];
const noLimits = ['0', '-1', '201', '1.5', 'ten', '', '1e9', 'Infinity'];
const oddValues = [
  '%00',
  '%ED%A0%80',
  '%FF',
  '%zz',
  '1900-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '%27',
  'true',
];

const requestTo = (operation: Operation, path: string): Request => ({ ...exampleOf(operation), path });

const pathRows = withParams.flatMap(([id, operation]): Row[] => [
  ...[...noIds, `${operation.path.startsWith('/v1/cards/') ? 'op' : 'card'}_01kan3z7jhfe7v2eq8d4tqh1y0`].map(
    (text): Row => ({
      what: `${id}, id: ${shown(text)}`,
      request: requestTo(operation, pathOf(operation, text)),
      code: 'invalid-request',
      errors: [{ pointer: 'path/id', detail: matching('^expected an id') }],
    }),
  ),
  { what: `${id}, id: of nothing that exists`, request: exampleOf(operation), code: 'not-found' },
  {
    what: `${id}, id: endless`,
    request: requestTo(operation, pathOf(operation, 'x'.repeat(3000))),
    code: 'uri-too-long',
  },
]);

function queryOf({ query }: Operation) {
  if (query === undefined) throw new Error('This operation has no query.');
  return query;
}

const neededQuery = (operation: Operation): Record<string, string> =>
  Object.fromEntries((schemaOf(queryOf(operation)).required ?? []).map((name) => [name, 'yixin']));
const parametersOf = (operation: Operation): string[] => Object.keys(schemaOf(queryOf(operation)).properties ?? {});

const queryRows = withQuery.flatMap(([id, operation]): Row[] => {
  const needed = neededQuery(operation);
  const parameters = parametersOf(operation);
  const wrong = (what: string, query: string, errors: unknown): Row => ({
    what: `${id}, query: ${what}`,
    request: requestTo(operation, `${pathOf(operation)}?${query}`),
    code: 'invalid-request',
    errors,
  });
  return [
    ...parameters.flatMap((name) =>
      nonsense
        .filter((value) => !queryOf(operation).safeParse({ ...needed, [name]: value }).success)
        .map((value) =>
          wrong(`${name} = ${shown(value)}`, new URLSearchParams({ ...needed, [name]: value }).toString(), [
            { pointer: `query/${name}`, detail: matching(ourWords) },
          ]),
        ),
    ),
    ...parameters.map((name) =>
      wrong(`${name} twice`, `${new URLSearchParams(needed).toString()}&${name}=1&${name}=2`, at(`query/${name}`)),
    ),
    ...(parameters.includes('cursor') ? noCursors : []).map((cursor) =>
      wrong(`cursor = ${cursor}`, `cursor=${cursor}`, [
        { pointer: 'query/cursor', detail: 'expected the nextCursor of a page before' },
      ]),
    ),
    ...(parameters.includes('cursor') ? noLimits : []).map((limit) =>
      wrong(`limit = ${limit}`, `limit=${limit}`, [
        { pointer: 'query/limit', detail: 'expected a whole number from 1 to 200' },
      ]),
    ),
  ];
});

const strangeQueryRows = everyOperation.map(([id, operation]): Row => ({
  what: `${id}, query: a parameter that the contract does not name`,
  request: requestTo(operation, `${pathOf(operation)}?colour=red`),
  code: 'invalid-request',
  errors: at('query/colour'),
}));

export const survivedQueries: readonly Survived[] = withQuery.flatMap(([id, operation]) =>
  parametersOf(operation).flatMap((name) =>
    oddValues.map((value) => ({
      what: `${id}, query: ${name} = ${value}`,
      request: requestTo(operation, `${pathOf(operation)}?${name}=${value}`),
    })),
  ),
);

const nowhere = [
  '/v1',
  '/v1/',
  '/v2/cards',
  '/favicon.ico',
  '/v1/cards/x/y/z',
  '//v1/cards',
  '/V1/cards',
  '/metrics/x',
];
const onlyRead = ['/health/live', '/health/ready', '/openapi.json', '/docs'];
const noUrls = ['/v1/cards/%', '/v1/cards/%zz', '/%', '/v1/%E0%A4%A', '/v1/cards/%C0%AF'];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const methodRows = everyOperation.flatMap(([id, operation]): Row[] => {
  const taken = everyOperation
    .filter(([, other]) => pathOf(other, 'x') === pathOf(operation, 'x'))
    .map(([, { method }]) => method as string);
  if (taken.includes('GET')) taken.push('HEAD');
  return methods
    .filter((method) => !taken.includes(method))
    .map((method) => ({
      what: `${method} where ${id} is`,
      request: { method, path: pathOf(operation) },
      code: 'method-not-allowed',
      headers: { allow: taken.toSorted().join(', ') },
    }));
});

export const urlRows: readonly Row[] = [
  ...pathRows,
  ...queryRows,
  ...strangeQueryRows,
  ...methodRows,
  ...nowhere.map((path): Row => ({ what: `nothing at ${path}`, request: { path }, code: 'not-found' })),
  ...onlyRead.map((path): Row => ({
    what: `POST ${path}`,
    request: { method: 'POST', path, body: {} },
    code: 'method-not-allowed',
    headers: { allow: 'GET, HEAD' },
  })),
  ...noUrls.map((path): Row => ({
    what: `no URL path: ${path}`,
    request: { path, headers: { 'x-request-id': 'mine-1' } },
    code: 'malformed-request',
    requestId: 'mine-1',
  })),
];
