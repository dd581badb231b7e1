import { type Operation, operations } from '@card-gateway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatedFiles } from '../src/generated-files.ts';
import { type Answer, call, callRaw, everyOperation, exampleOf, type Request } from './setup/call.ts';
import { approvedCardholder, cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

interface Documented {
  readonly headers?: Readonly<Record<string, unknown>>;
}

let gateway: TestGateway;
let hurried: Awaited<ReturnType<TestGateway['another']>>;
let answersOf: (operation: Operation) => Readonly<Record<string, Documented>>;
beforeAll(async () => {
  gateway = await startGateway();
  hurried = await gateway.another({ HTTP_REQUEST_TIMEOUT_MS: '200' });
  const { paths } = JSON.parse((await generatedFiles())['docs/openapi.json'] ?? '') as {
    paths: Record<string, Record<string, { responses: Record<string, Documented> }>>;
  };
  answersOf = ({ path, method }) => paths[path]?.[method.toLowerCase()]?.responses ?? {};
});
afterAll(async () => {
  await hurried.close();
  await gateway.close();
});

/** Headers of HTTP itself, of which OpenAPI documents say nothing. */
const ofHttp = new Set(['connection', 'keep-alive', 'content-length', 'content-type', 'date', 'vary']);
const ofEveryAnswer = ['cache-control', 'x-content-type-options', 'x-request-id'];

/** Checks that an answer has a documented status and no header but those that the document names there. */
function expectDocumented(operation: Operation, answer: Answer, status: number, ...headers: readonly string[]): void {
  const what = `${status} of ${operation.method} ${operation.path}`;
  expect(answer.status, `${what}: ${answer.text}`).toBe(status);
  const documented = answersOf(operation)[String(status)];
  expect(documented, `${what} is not documented`).toBeDefined();
  const named = Object.keys(documented?.headers ?? {}).map((name) => name.toLowerCase());
  const sent = Object.keys(answer.headers).filter((name) => !ofHttp.has(name));
  expect(named, what).toEqual(expect.arrayContaining(sent));
  expect(sent.toSorted(), what).toEqual([...ofEveryAnswer, ...headers].toSorted());
}

const send = (request: Request): Promise<Answer> => call(gateway.url, { key: gateway.apiKey, ...request });
const operationsWith = (has: (operation: Operation) => boolean) => everyOperation.filter(([, one]) => has(one));

describe.each(everyOperation)('the document of %s', (_id, operation) => {
  const example = (): Request => exampleOf(operation, gateway.apiKey);

  test('has what is answered to a key that is none, or lacks the scope', async () => {
    expectDocumented(operation, await call(gateway.url, exampleOf(operation)), 401, 'www-authenticate');
    const { key: poor } = await gateway.key({ scopes: [] });
    expectDocumented(operation, await call(gateway.url, exampleOf(operation, poor)), 403, 'www-authenticate');
  });

  test('has what is answered to what is wrong', async () => {
    expectDocumented(operation, await send({ ...example(), path: `${example().path}?colour=red` }), 400);
    const late = { ...example().headers, 'x-request-deadline': '2020-01-01T00:00:00Z' };
    expectDocumented(operation, await send({ ...example(), headers: late }), 504);
  });

  test('has what Node answers', async () => {
    const head = `${operation.method} ${example().path} HTTP/1.1\r\nHost: x\r\n`;
    expectDocumented(operation, await callRaw(gateway.url, `${head}Expect: x\r\n\r\n`), 417);
    expectDocumented(operation, await callRaw(gateway.url, `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`), 431);
    expectDocumented(operation, await callRaw(gateway.url, `${head}bad header\r\n\r\n`), 400);
  });
});

test('every operation documents what is answered to half a request', async () => {
  // Node looks for late requests once a second: all at once.
  const answers = await Promise.all(
    everyOperation.map(async ([, operation]) => {
      const { method, path } = exampleOf(operation);
      return { operation, answer: await callRaw(hurried.url, `${method} ${path} HTTP/1.1\r\nHost: x\r\n`) };
    }),
  );
  for (const { operation, answer } of answers) expectDocumented(operation, answer, 408);
});

test.each(operationsWith(({ method }) => method !== 'GET'))('%s documents faulty bodies', async (_id, operation) => {
  const example = exampleOf(operation, gateway.apiKey);
  expectDocumented(operation, await send({ ...example, body: 'x'.repeat(70_000) }), 413);
  const headers = { ...example.headers, 'content-type': 'text/plain' };
  expectDocumented(operation, await send({ ...example, body: '{}', headers }), 415);
});

test.each(operationsWith(({ params }) => params !== undefined))('%s documents faulty ids', async (_id, operation) => {
  const path = operation.path.replace('{id}', 'x'.repeat(3000));
  expectDocumented(operation, await send({ ...exampleOf(operation, gateway.apiKey), path }), 414);
  expectDocumented(operation, await send(exampleOf(operation, gateway.apiKey)), 404);
});

describe('what was made is found where Location says', () => {
  test.each(operationsWith(({ effect, params }) => effect === 'write' && params === undefined))(
    '%s documents it',
    (_id, operation) => {
      const { headers } = answersOf(operation)[String(operation.success.status)] ?? {};
      expect(Object.keys(headers ?? {})).toEqual(expect.arrayContaining(['Location', 'Idempotent-Replayed']));
    },
  );

  test('a cardholder, a card, a transfer, a binding and a sync, and their repeats', async () => {
    const { id: cardholder } = await approvedCardholder(gateway);
    const { data } = await gateway.client.listCardProducts({ query: { account: 'keysecure' } });
    const product = data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id;
    const bodies = {
      createCardholder: { account: 'keysecure', reference: 'located', sumsubShareToken: 'share' },
      issueCard: { account: 'keysecure', product, cardholder, form: 'virtual' },
      createTransfer: {
        account: 'keysecure',
        cardholder,
        direction: 'in',
        amount: { amount: '1.00', currency: 'TUSDT' },
      },
      startBinding: operations.startBinding.example.body,
      startSync: { account: 'open-api' },
    };
    for (const [id, body] of Object.entries(bodies)) {
      const operation: Operation = operations[id as keyof typeof bodies];
      const request = { ...exampleOf(operation, gateway.apiKey), body };
      const first = await send(request);
      expectDocumented(operation, first, operation.success.status, 'location');
      const again = await send(request);
      expectDocumented(operation, again, operation.success.status, 'location', 'idempotent-replayed');
      expect(again.headers.location).toBe(first.headers.location);
      const found = await send({ path: first.headers.location ?? '' });
      expect(found.status).toBe(200);
      expect((found.json as { id: string }).id).toBe((first.json as { id: string }).id);
    }
  });
});

describe('outcomes of a write are documented', () => {
  const freeze: Operation = operations.freezeCard;

  test('unknown, done, and not now', async () => {
    const cards = await cardMaker(gateway);
    const { sandbox } = gateway;
    const fault = { provider: 'keysecure', operation: 'card/status/update' } as const;
    const frozen = async () => {
      const { id } = await cards.made('virtual');
      const headers = { 'idempotency-key': crypto.randomUUID() };
      return (): Promise<Answer> => send({ method: 'POST', path: `/v1/cards/${id}/freeze`, headers });
    };
    const unknown = await frozen();
    sandbox.admin.addFault({ ...fault, fault: 'reset' });
    const lost = await unknown();
    expectDocumented(freeze, lost, 202, 'location');
    expect(lost.headers.location).toMatch(/^\/v1\/operations\/op_/);
    sandbox.admin.clearFaults();

    const done = await frozen();
    expectDocumented(freeze, await done(), 200);
    expectDocumented(freeze, await done(), 200, 'idempotent-replayed');
    const other = {
      ...exampleOf(freeze, gateway.apiKey),
      path: `/v1/cards/${(await cards.made('virtual')).id}/unfreeze`,
    };
    expectDocumented(operations.unfreezeCard, await send(other), 409);
  });

  test('too many keys that are none', async () => {
    const request = { ...exampleOf(freeze), path: freeze.path.replace('{id}', 'x') };
    const answers: Answer[] = [];
    for (let each = 0; each < 25 && answers.at(-1)?.status !== 429; each += 1) {
      answers.push(await call(hurried.url, { ...request, key: `cgk_${crypto.randomUUID()}` }));
    }
    const limited = answers.at(-1);
    if (limited === undefined) throw new Error('Nothing was answered.');
    expectDocumented(freeze, limited, 429, 'retry-after');
  });
});
