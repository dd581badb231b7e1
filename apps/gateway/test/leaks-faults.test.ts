import { type Operation, operations } from '@card-gateway/contract';
import { type FaultName, faultNames } from '@card-gateway/sandbox';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CanaryGateway, startCanaryGateway } from './setup/canaries.ts';
import { type Act, canaryActs, type ReadyAct } from './setup/canary-acts.ts';
import { reconcileNow } from './setup/reconcile.ts';

let canary: CanaryGateway;
let acts: readonly Act[];

beforeAll(async () => {
  // No look-up comes between a fault and the call that it is for.
  canary = await startCanaryGateway(false);
  acts = await canaryActs(canary);
});
afterEach(() => canary.gateway.sandbox.admin.clearFaults());
afterAll(() => canary.gateway.close());

const expectNoLeak = (): Promise<void> => canary.expectNoLeak();

/** Acts with more than one text that a provider may answer. */
const severalTexts: ReadonlySet<string> = new Set(['createCardholder', 'issueCard', 'startBinding', 'verifyBinding']);

const isWrite = ({ id }: Act): boolean => operations[id].effect === 'write';

/** Data for reads is created once, because reads do not change it. */
const readyReads = new Map<Act, ReadyAct>();

async function prepared(act: Act): Promise<ReadyAct & { readonly act: Act }> {
  const ready = readyReads.get(act) ?? (await act.prepare());
  if (!isWrite(act)) readyReads.set(act, ready);
  return { act, ...ready };
}

/** All acts at once, each with the same fault; of the provider's texts the one with this number. */
async function sendAll(fault: FaultName, text: number): Promise<void> {
  const { admin } = canary.gateway.sandbox;
  const all: Awaited<ReturnType<typeof prepared>>[] = [];
  // One by one: all of them at once would take each of their calls longer than calls may take here.
  for (const act of acts) if (text === 0 || severalTexts.has(act.id)) all.push(await prepared(act));
  const ready = all.filter(({ told }) => text === 0 || text < told.length);
  // Nothing is called between the preparations and the faults; reads are tried twice.
  for (const { act, told } of ready) {
    const message = told[text];
    // A refusal of Yixin is a business status; its envelope codes are not published, so that any is unknown.
    const code = fault === 'refuse' && act.provider === 'yixin' ? { code: '-2' } : {};
    admin.addFault({
      provider: act.provider,
      operation: act.word,
      fault,
      times: isWrite(act) ? 1 : 0,
      ...code,
      ...(message !== undefined && { message }),
    });
  }
  const answers = await Promise.all(ready.map(async ({ act, send }) => ({ act, answer: await send() })));
  for (const { act, answer } of answers) {
    const expected = fault === 'refuse' ? 422 : 202;
    const what = { id: act.id, provider: act.provider, fault };
    if (isWrite(act)) expect({ ...what, status: answer.status }, answer.text).toEqual({ ...what, status: expected });
    else expect({ ...what, isFailure: answer.status !== 500 }, answer.text).toEqual({ ...what, isFailure: true });
  }
  admin.clearFaults();
  await canary.read('/v1/operations?limit=200');
}

test('every operation that asks a provider is among them', () => {
  const asking = Object.entries(operations as Record<string, Operation>).flatMap(([id, { problems }]) =>
    problems.some((code) => code === 'provider-error' || code === 'refused-by-provider') ? [id] : [],
  );
  const missing = asking.filter((id) => !acts.some((act) => act.id === id));
  expect(missing, 'add them to setup/canary-acts.ts').toEqual([]);
});

test.each(faultNames)('nothing leaks where the providers answer with %s', async (fault) => {
  // Only these two have a text, in which a provider may repeat what it was told.
  const speaks = fault === 'refuse' || fault === 'unlisted_code';
  for (const text of speaks ? [0, 1, 2] : [0]) await sendAll(fault, text);
  await expectNoLeak();
});

test('nothing leaks where look-ups resolve what was lost', async () => {
  const { gateway, read } = canary;
  const { body } = await read('/v1/operations?outcome=unknown&limit=200');
  const unknown = (body['data'] as { id: string }[]).map(({ id }) => id);
  expect(unknown.length).toBeGreaterThan(0);
  await Promise.all(unknown.map((id) => reconcileNow(gateway.services, id)));
  await read('/v1/operations?limit=200');
  await expectNoLeak();
});
