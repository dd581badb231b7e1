import { newUuid, toPublicId } from '@card-gateway/core';
import type { LedgerEntry } from '@card-gateway/sandbox';
import { expect, test } from 'vitest';
import type { Intent } from '../src/chaos/diary.ts';
import type { OperationFact, ResourceFact } from '../src/chaos/store.ts';
import { type Facts, judge, type ViolationName, violationNames } from '../src/chaos/verdict.ts';

const id = newUuid(1);
const card: ResourceFact = { kind: 'card', id, providerRef: 'C1', user: null };
const operation: OperationFact = {
  id: newUuid(2),
  key: 'key-1',
  type: 'issueCard',
  state: 'succeeded',
  resourceId: id,
  settlesBy: 'look-up',
  settledBy: 'answer',
  nextLookUpAt: null,
  hasEvidence: true,
};
const unknown: OperationFact = {
  ...operation,
  state: 'unknown',
  settledBy: null,
  nextLookUpAt: new Date(),
  hasEvidence: false,
};
const effect: LedgerEntry = {
  provider: 'keysecure',
  operation: 'card/apply',
  reference: toPublicId('card', id),
  effect: 'card_issued',
  subject: 'U1',
  at: new Date(0).toISOString(),
};
const told = (text: string, of = card): Intent['answers'][number] => ({
  kind: 'accepted',
  status: 201,
  id: toPublicId('card', of.id),
  providerRef: of.providerRef,
  text,
  final: true,
});
const intent: Intent = {
  key: 'key-1',
  operation: 'issueCard',
  answers: [told('{}'), { kind: 'silent' }, told('{}')],
  send: () => Promise.reject(new Error('nothing is sent here')),
};
const good: Facts = {
  intents: [intent],
  ledger: [effect],
  cards: new Map([['C1', 'Activated']]),
  operations: [operation],
  resources: [card],
  changes: [],
  notFoundAfterwards: 0,
  endedByThemselves: 0,
  callbacks: { acknowledged: 1, stored: 1 },
};

const found = (facts: Partial<Facts>): ViolationName[] => {
  const verdict = judge({ ...good, ...facts });
  return violationNames.filter((name) => verdict[name].length > 0);
};

test('what was wanted, done and recorded once is no violation', () => {
  expect(found({})).toEqual([]);
});

test('an order without an effect may wait as unknown', () => {
  expect(found({ ledger: [], operations: [unknown], intents: [] })).toEqual([]);
});

const other: ResourceFact = { ...card, id: newUuid(3), providerRef: 'C2' };
test.each<[string, Partial<Facts>, ViolationName[]]>([
  ['two effects of one reference', { ledger: [effect, effect] }, ['duplicates']],
  ['two operations of one key', { operations: [operation, { ...operation, id: newUuid(4) }] }, ['duplicates']],
  [
    'two resources for one key',
    { intents: [{ ...intent, answers: [told('{}'), told('{}', other)] }], resources: [card, other] },
    ['duplicates'],
  ],
  ['an effect that nobody recorded', { operations: [], intents: [] }, ['effects without an intent']],
  [
    'an effect of a resource that is gone',
    { resources: [], operations: [], intents: [] },
    ['effects without an intent'],
  ],
  ['an acknowledged operation that is gone', { operations: [], ledger: [] }, ['lost acknowledged writes']],
  [
    'an acknowledged card that is another now',
    { resources: [{ ...card, providerRef: 'C9' }] },
    ['lost acknowledged writes'],
  ],
  ['a write that is done and did nothing', { ledger: [] }, ['lost acknowledged writes']],
  [
    'a callback that was acknowledged and is not stored',
    { callbacks: { acknowledged: 2, stored: 1 } },
    ['lost acknowledged writes'],
  ],
  ['a read that did not find it', { notFoundAfterwards: 1 }, ['lost acknowledged writes']],
  ['a gateway that ended', { endedByThemselves: 1 }, ['gateways that ended by themselves']],
  [
    'an effect that is called refused',
    { operations: [{ ...operation, state: 'refused' }], intents: [] },
    ['effects reported as refused'],
  ],
  [
    'a closed one without evidence',
    { operations: [{ ...operation, hasEvidence: false }] },
    ['operations closed without evidence'],
  ],
  ['an effect that stays unknown', { operations: [unknown], intents: [] }, ['unknowns older than their limit']],
  [
    'a change that the provider shows and that stays unknown',
    { operations: [operation, { ...unknown, id: newUuid(4), key: 'key-2', type: 'unfreezeCard' }] },
    ['unknowns older than their limit'],
  ],
  [
    'an unknown that nobody will ask for',
    { ledger: [], intents: [], operations: [{ ...unknown, nextLookUpAt: null }] },
    ['unknowns older than their limit'],
  ],
  [
    'a write that is still on its way',
    { ledger: [], intents: [], operations: [{ ...unknown, state: 'submitting' }] },
    ['unknowns older than their limit'],
  ],
  ['two final answers', { intents: [{ ...intent, answers: [told('{}'), told('{"a":1}')] }] }, ['answers that changed']],
  [
    'a settled operation that was settled again',
    { changes: [{ operationId: operation.id, before: 'succeeded by answer', after: 'succeeded by look-up' }] },
    ['answers that changed'],
  ],
])('%s', (_name, facts, names) => {
  expect(found(facts)).toEqual(names);
});
