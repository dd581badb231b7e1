import { type OperationId, operations } from '@card-gateway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, exampleOf, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { tenantOptions, type Things, thingsOfDefault } from './setup/tenant-things.ts';

let gateway: TestGateway;
let things: Things;

beforeAll(async () => {
  gateway = await startGateway({ ...tenantOptions, jobs: true });
  things = await thingsOfDefault(gateway);
  // As for an account that an operator has taken out of the accounts file.
  for (const table of ['cards', 'cardholders', 'card_transactions', 'bindings']) {
    await gateway.owner.query(`UPDATE ${table} SET account = 'taken-out' WHERE tenant = 'default'`);
  }
});
afterAll(() => gateway.close());

/** What an operation asks the provider about, by the prefix of its id. */
const asking = {
  getCard: 'card',
  freezeCard: 'card',
  cancelCard: 'card',
  setCardPin: 'card',
  activateCard: 'card',
  revealCard: 'card',
  createFrameToken: 'card',
  listCardTransactions: 'card',
  getTransaction: 'txn',
  getCardholder: 'chd',
  reapplyCardholder: 'chd',
  getBalances: 'chd',
  verifyBinding: 'bind',
  removeBinding: 'bind',
  revealBinding: 'bind',
} as const satisfies Partial<Record<OperationId, string>>;

describe.each(Object.entries(asking))('%s of an account that is no longer configured', (id, kind) => {
  const operation = operations[id as keyof typeof asking];
  const ask = (query: string) => {
    const path = operation.path.replace('{id}', things[kind] ?? '') + query;
    return call(gateway.url, { ...exampleOf(operation, gateway.apiKey), path });
  };

  test('says so, and that nothing was sent', async () => {
    const hasRefresh = operation.method === 'GET' && id !== 'getBalances';
    const problem = problemOf(await ask(hasRefresh ? '?refresh=true' : ''), 422);
    expect(problem).toMatchObject({
      code: 'not-supported',
      detail: /^The account "taken-out" is no longer configured/,
    });
    expect(problem.errors).toBeUndefined();
    if (hasRefresh) expect(await ask('')).toMatchObject({ status: 200 });
  });
});
