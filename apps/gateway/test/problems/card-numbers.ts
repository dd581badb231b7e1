import { everyOperation, exampleOf } from '../setup/call.ts';
import { changed, fieldsOf, fullExample, type Survived } from './rows.ts';

export const pan = '4111111111111111';
const grouped = '4111 1111 1111 1111';

/** Requests with a card number where none belongs. */
export const misplacedNumbers: readonly Survived[] = [
  { what: 'path', request: { path: `/v1/${pan}` } },
  { what: 'path below a route', request: { path: `/v1/cards/${pan}` } },
  { what: 'grouped path', request: { path: `/v1/${encodeURIComponent(grouped)}` } },
  { what: 'hyphenated path', request: { path: `/v1/${grouped.replaceAll(' ', '-')}` } },
  { what: 'path with a wrong method', request: { method: 'DELETE', path: `/v1/cards/${pan}` } },
  { what: 'path that is no URL', request: { path: `/v1/cards/${pan}%zz` } },
  { what: 'query', request: { path: `/v1/cards?last4=${pan}` } },
  { what: 'unknown parameter', request: { path: `/v1/cards?pan=${pan}` } },
  { what: 'name of a parameter', request: { path: `/v1/cards?${pan}=1` } },
  { what: 'account of a query', request: { path: `/v1/banks?account=${pan}&user=u` } },
  { what: 'cursor', request: { path: `/v1/cards?cursor=${pan}` } },
  { what: 'request id', request: { path: '/v1/nothing', headers: { 'x-request-id': pan } } },
  ...everyOperation
    .filter(([, { body }]) => body !== undefined)
    .flatMap(([id, operation]): Survived[] => {
      const example = fullExample(operation);
      const sent = exampleOf(operation);
      return [
        { what: `unknown field of ${id}`, request: { ...sent, body: { ...example, pan } } },
        { what: `grouped name of a field of ${id}`, request: { ...sent, body: { ...example, [grouped]: 1 } } },
        { what: `name of a field of ${id}`, request: { ...sent, body: { ...example, [pan]: 1 } } },
        { what: `malformed body of ${id}`, request: { ...sent, body: `{"cardNumber":"${pan}"` } },
        { what: `bare body of ${id}`, request: { ...sent, body: pan } },
        { what: `bad Idempotency-Key of ${id}`, request: { ...sent, headers: { 'idempotency-key': `${pan} x` } } },
        ...fieldsOf(operation)
          .filter((pointer) => pointer !== '/user' && pointer !== '/reference')
          .map((pointer) => ({
            what: `${pointer} of ${id}`,
            request: { ...exampleOf(operation), body: changed(fullExample(operation, pointer), pointer, pan) },
          })),
      ];
    }),
];
