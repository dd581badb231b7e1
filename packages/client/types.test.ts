import type { Operation, Operations, Problem as ContractProblem } from '@card-gateway/contract';
import { describe, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type {
  Binding,
  Card,
  Client,
  GatewayProblem,
  ListOperationId,
  ListRow,
  OperationAnswer,
  OperationId,
  OperationInput,
  Problem,
} from './index.ts';

/** The operations whose types here are not those of the contract. */
type Other<Fits extends Record<OperationId, boolean>> = {
  [Id in OperationId]: Fits[Id] extends true ? never : Id;
}[OperationId];
type Extends<From, To> = [From] extends [To] ? true : false;
type Part<Of, Name extends string> = Of extends { readonly [Key in Name]: infer Schema extends z.ZodType }
  ? Schema
  : z.ZodUndefined;
type Given<Id extends OperationId, Name extends string> =
  OperationInput<Id> extends { readonly [Key in Name]?: infer Value } ? Value : undefined;

declare const client: Client;
const id = 'card_01kan3z7jhfe7v2eq8d4tqh1y2';
const body = { account: 'keysecure', product: 'prod_1', cardholder: 'chd_1', form: 'virtual' } as const;

describe('types', () => {
  test('answers', () => {
    const calls = () => ({
      issued: client.issueCard({ body }),
      read: client.getCard({ params: { id } }),
      called: client.call('issueCard', { body }),
      rows: client.all('listCards'),
    });
    type Calls = ReturnType<typeof calls>;
    expectTypeOf<Calls['issued']>().toEqualTypeOf<Promise<Card>>();
    expectTypeOf<Calls['read']>().toEqualTypeOf<Promise<Card>>();
    expectTypeOf<Awaited<Calls['called']>['data']>().toEqualTypeOf<Card>();
    expectTypeOf<Calls['rows']>().toEqualTypeOf<AsyncGenerator<Card, void, undefined>>();
    expectTypeOf<OperationAnswer<'getCard'>>().toEqualTypeOf<Card>();
    expectTypeOf<ListRow<'listBindings'>>().toEqualTypeOf<Binding>();
  });

  test('a problem is told by its code, also one that is not known yet', () => {
    expectTypeOf<GatewayProblem['code']>().extract<'sms-limit'>().not.toBeNever();
    expectTypeOf<'some-later-code'>().toExtend<GatewayProblem['code']>();
    expectTypeOf<ContractProblem>().toExtend<Problem>();
  });

  test('every answer that the contract gives is one that is expected here', () => {
    expectTypeOf<keyof Operations>().toEqualTypeOf<OperationId>();
    type Fits = {
      [Id in OperationId]: Extends<z.output<Operations[Id]['success']['schema']>, OperationAnswer<Id>>;
    };
    expectTypeOf<Other<Fits>>().toBeNever();
  });

  test('every input that compiles here is one that the contract takes', () => {
    type Bodies = { [Id in OperationId]: Extends<Given<Id, 'body'>, z.input<Part<Operations[Id], 'body'>>> };
    type Params = { [Id in OperationId]: Extends<Given<Id, 'params'>, z.input<Part<Operations[Id], 'params'>>> };
    type Query<Id extends OperationId> = Part<Operations[Id], 'query'>;
    type Queries = { [Id in OperationId]: Extends<Given<Id, 'query'>, z.output<Query<Id>> | undefined> };
    type Writes = {
      [Id in OperationId]: Operations[Id] extends Operation & { readonly effect: 'write' }
        ? Extends<string, Given<Id, 'idempotencyKey'>>
        : Extends<Given<Id, 'idempotencyKey'>, undefined>;
    };
    expectTypeOf<Other<Bodies>>().toBeNever();
    expectTypeOf<Other<Params>>().toBeNever();
    expectTypeOf<Other<Queries>>().toBeNever();
    expectTypeOf<Other<Writes>>().toBeNever();
  });

  test('inputs are what the contract takes', () => {
    expectTypeOf<NonNullable<OperationInput<'listCards'>['query']>['limit']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<NonNullable<OperationInput<'getCard'>['query']>['refresh']>().toEqualTypeOf<boolean | undefined>();
    // An address without `line2`: the schema has a default for it.
    const { line1, ...name } = { firstName: 'Ada', lastName: 'Lovelace', line1: '1 Main Street' };
    const place = { phoneCode: '44', phone: '2079460000', country: 'GB', state: 'London', city: 'London' };
    const address = { ...name, ...place, line1, postalCode: 'N1 9GU' };
    // Compiled, never run.
    const right = [
      () => client.listProviders(),
      () => client.listCards(),
      () => client.listCards({}),
      () => client.listBanks({ query: { account: 'yixin', user: 'user-1' } }),
      () => client.issueCard({ body, idempotencyKey: 'order-1', requestId: undefined }),
      () => client.issueCard({ body: { ...body, form: 'physical', address } }),
    ];
    expectTypeOf(right).items.toBeFunction();
  });

  test('other inputs do not compile', () => {
    const wrong = [
      // @ts-expect-error a body is required
      () => client.issueCard(),
      // @ts-expect-error a body is required
      () => client.issueCard({}),
      // @ts-expect-error the form is one of two words
      () => client.issueCard({ body: { ...body, form: 'paper' } }),
      // @ts-expect-error the contract has no such field
      () => client.issueCard({ body: { ...body, colour: 'red' } }),
      // @ts-expect-error the id is required
      () => client.getCard(),
      // @ts-expect-error the parameter is called id
      () => client.getCard({ params: { card: id } }),
      // @ts-expect-error a boolean is given as such
      () => client.getCard({ params: { id }, query: { refresh: 'true' } }),
      // @ts-expect-error a list of all banks needs an account and a user
      () => client.listBanks(),
      // @ts-expect-error no such filter
      () => client.listCards({ query: { colour: 'red' } }),
      // @ts-expect-error a read has no idempotency key
      () => client.getCard({ params: { id }, idempotencyKey: 'order-1' }),
      // @ts-expect-error this operation has no body
      () => client.listCards({ body }),
      // @ts-expect-error no such operation
      () => client.call('eatCard', { body }),
      // @ts-expect-error call() needs what the method needs
      () => client.call('issueCard'),
      // @ts-expect-error the banks come in one piece
      () => client.all('listBanks', { query: { account: 'yixin', user: 'user-1' } }),
    ];
    expectTypeOf(wrong).items.toBeFunction();
  });

  test('lists are those that have a next page', () => {
    expectTypeOf<ListOperationId>().toEqualTypeOf<
      | 'listCardProducts'
      | 'listCardholders'
      | 'listCards'
      | 'listCardTransactions'
      | 'listDestinationDeliveries'
      | 'listEventDeliveries'
      | 'listEventDestinations'
      | 'listTransfers'
      | 'listBindings'
      | 'listCallbacks'
      | 'listOperations'
    >();
  });
});
