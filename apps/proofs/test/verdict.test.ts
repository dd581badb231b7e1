import { newUuid, toPublicId } from '@card-gateway/core';
import type { LedgerEntry } from '@card-gateway/sandbox';
import { expect, test } from 'vitest';
import type { Answer, Intent, Reveal } from '../src/chaos/diary.ts';
import type { AuditFact, OperationFact, ResourceFact } from '../src/chaos/store.ts';
import type { DestinationFacts, Followed, LoggedEvent } from '../src/chaos/event-log.ts';
import type { CardFact } from '../src/chaos/facts.ts';
import { type Facts, judge, type ViolationName, violationNames } from '../src/chaos/verdict.ts';

const id = newUuid(1);
const card: ResourceFact = { kind: 'card', id, tenant: 'default', status: 'active', providerRef: 'C1', user: null };
const operation: OperationFact = {
  id: newUuid(2),
  key: 'key-1',
  type: 'issueCard',
  state: 'succeeded',
  resourceId: id,
  resolvesBy: 'look-up',
  resolvedBy: 'answer',
  nextLookUpAt: null,
  supersededBy: null,
  wasUnknown: false,
  hasEvidence: true,
};
const unknown: OperationFact = {
  ...operation,
  state: 'unknown',
  resolvedBy: null,
  nextLookUpAt: new Date(),
  wasUnknown: true,
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
  operationId: null,
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
const cardAtProvider: CardFact = {
  uniqueNo: toPublicId('card', id),
  status: 'Activated',
  number: '4288010000000007',
  expiry: '2031-09',
  cvv: '123',
  pin: '',
};
const good: Facts = {
  intents: [intent],
  ledger: [effect],
  cards: new Map([['C1', cardAtProvider]]),
  tokens: new Map(),
  reveals: [],
  audit: [],
  operations: [operation],
  resources: [card],
  changes: [],
  notFoundAfterwards: 0,
  endedByThemselves: 0,
  callbacks: { acknowledged: 1, stored: 1 },
  traces: { leaks: [], unwrittenDenials: 0 },
  events: null,
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

/** A first try of a key, answered as unknown, and a second one, answered with a card of its own. */
const twoTries = (first: Partial<OperationFact>, effects: LedgerEntry[] = []): Partial<Facts> => {
  const other = { ...card, id: newUuid(20), providerRef: null };
  const tried = { ...unknown, id: newUuid(21), key: null, resourceId: other.id, ...first };
  const answered = { ...told('{}', other), status: 202, operationId: toPublicId('operation', tried.id), final: false };
  return {
    intents: [{ ...intent, answers: [answered, told('{}')] }],
    operations: [operation, tried],
    resources: [card, other],
    ledger: [effect, ...effects.map((one) => ({ ...one, reference: toPublicId('card', other.id) }))],
  };
};

test('a try that nothing was sent of gives up its key, also after it was answered as unknown', () => {
  expect(found(twoTries({ state: 'refused', hasEvidence: true }))).toEqual([]);
});

const ten = newUuid(10);
const eleven = newUuid(11);
const change = (type: string, state: string, number: 10 | 11): OperationFact => ({
  ...(state === 'unknown' ? unknown : operation),
  id: number === 10 ? ten : eleven,
  key: `key-${number}`,
  type,
  state,
});
const effectOf = (name: string): LedgerEntry => ({ ...effect, effect: name, reference: 'C1' });
const beside = (changes: OperationFact[], effects: string[]): Partial<Facts> => ({
  operations: [operation, ...changes],
  ledger: [effect, ...effects.map(effectOf)],
});
const codeOf = (type: 'setCardPin' | 'activateCard', text: string, number: number, isWrong = false): Intent => ({
  ...intent,
  key: `key-${number}`,
  operation: type,
  answers: [],
  code: { text, request: '', isWrong },
});
const withPin = (pin: string) => new Map([['C1', { ...cardAtProvider, pin }]]);
const pins = [codeOf('setCardPin', '258036', 10), codeOf('setCardPin', '907153', 11)];

const look: Reveal = {
  tenant: 'default',
  action: 'card.reveal',
  resource: toPublicId('card', id),
  purpose: 'look 1',
  answer: {
    kind: 'accepted',
    status: 200,
    id: '',
    operationId: null,
    providerRef: null,
    text: JSON.stringify({
      card: toPublicId('card', id),
      number: cardAtProvider.number,
      expiry: cardAtProvider.expiry,
      cvv: cardAtProvider.cvv,
    }),
    final: true,
  },
};
const written: AuditFact = { action: 'card.reveal', resource: look.resource, tenant: 'default', purpose: 'look 1' };
const denied: Reveal = {
  ...look,
  tenant: 'other',
  answer: { kind: 'problem', status: 404, code: 'not-found', text: '{}', final: false },
};
const deniedRow: AuditFact = {
  ...written,
  tenant: 'other',
  action: 'card.reveal_denied',
  purpose: 'not-found: look 1',
};
const shownAs = (text: string): Reveal => ({ ...look, answer: { ...look.answer, text } as Reveal['answer'] });

test.each<[string, Partial<Facts>]>([
  ['each change once', beside([change('freezeCard', 'succeeded', 10)], ['card_frozen'])],
  ['a change that was lost', beside([change('freezeCard', 'unknown', 10)], [])],
  [
    'a PIN that may have come late',
    {
      ...beside(
        [change('setCardPin', 'superseded', 10), change('setCardPin', 'succeeded', 11)].map((one, index) => ({
          ...one,
          wasUnknown: index === 0,
          supersededBy: index === 0 ? eleven : null,
        })),
        ['pin_set', 'pin_set'],
      ),
      intents: [intent, ...pins],
      cards: withPin('258036'),
    },
  ],
  [
    'a look that was written down',
    { reveals: [look], audit: [written], ledger: [effect, effectOf('private_info_shown')] },
  ],
  ['a denied look that was written down', { reveals: [denied], audit: [deniedRow] }],
  [
    'a denied look that could not be written down, as the log says',
    { reveals: [denied], traces: { leaks: [], unwrittenDenials: 1 } },
  ],
])('%s is no violation', (_name, facts) => {
  expect(found(facts)).toEqual([]);
});

const subject = toPublicId('card', id);
const first: LoggedEvent = { position: 1, number: 7, tenant: 'default', subject, version: 1, writtenAt: 10 };
const second: LoggedEvent = { position: 2, number: 6, tenant: 'default', subject, version: 2, writtenAt: 20 };
const third: LoggedEvent = { position: 3, number: 8, tenant: 'default', subject, version: 3, writtenAt: 30 };
const both = [first, second];
const posts = (...events: LoggedEvent[]) => events.map((event) => ({ ...event, accepted: true }));
const failed = { ...first, accepted: false };
const eventsOf = (
  log: LoggedEvent[],
  followed: Partial<Followed> = {},
  unmatched: string[] = [],
  unsigned = 0,
): Partial<Facts> => ({
  events: {
    unmatched,
    log,
    lags: [],
    followed: {
      committed: both,
      read: both,
      restarts: null,
      failure: null,
      destination: { posted: posts(...both), unsigned },
      ...followed,
    },
  },
});
/** Was lost by a failover, and the second one was given its version. */
const gone = { ...second, writtenAt: 15 };
const postedAs = (...posted: DestinationFacts['posted']) => eventsOf(both, { destination: { posted, unsigned: 0 } });

test.each<[string, Partial<Facts>, ViolationName[]]>([
  ['events that were read and posted as they are', eventsOf(both), []],
  [
    'an event that was posted until it was accepted, and again',
    postedAs(failed, ...posts(first, second, first, second)),
    [],
  ],
  ['an event that was not read', eventsOf(both, { read: [first] }), ['events that a reader did not get']],
  ['a reader that ended', eventsOf(both, { failure: 'HTTP 500' }), ['events that a reader did not get']],
  [
    'an event that was read twice',
    eventsOf(both, { read: [first, first, second] }),
    ['events that a reader got twice'],
  ],
  [
    'events that were read in another order',
    eventsOf(both, { read: [second, first] }),
    ['events of one subject out of order'],
  ],
  ['two events at one position', eventsOf([first, { ...second, position: 1 }]), ['events that a reader did not get']],
  ['an event with two positions', eventsOf([...both, { ...second, position: 3 }]), ['events that a reader got twice']],
  [
    'a subject that goes back in the log',
    eventsOf([
      { ...second, position: 1 },
      { ...first, position: 2 },
    ]),
    ['events of one subject out of order'],
  ],
  [
    'an event that was read, and is gone',
    eventsOf(both, { read: [...both, third] }),
    ['changes without their event, or events without their change'],
  ],
  [
    'a change without an event',
    eventsOf(both, {}, ['card 1: version 3 has no event']),
    ['changes without their event, or events without their change'],
  ],
  ['an event that was not posted', postedAs(...posts(first)), ['events that a destination did not get']],
  [
    'an event that was posted, and not accepted',
    postedAs(...posts(first), { ...second, accepted: false }),
    ['events that a destination did not get'],
  ],
  [
    'an event that was posted before the one before it was accepted',
    postedAs(failed, ...posts(second, first)),
    ['events of one subject out of order'],
  ],
  [
    'an event that was posted, and is gone',
    postedAs(...posts(...both, third)),
    ['changes without their event, or events without their change'],
  ],
  [
    'an event that was posted and lost, in its time',
    eventsOf(both, { restarts: 1, destination: { posted: posts(first, gone, second), unsigned: 0 } }),
    [],
  ],
  [
    'an event that has the version of one that was lost, and was not posted',
    eventsOf(both, { restarts: 1, destination: { posted: posts(first, gone), unsigned: 0 } }),
    ['events that a destination did not get'],
  ],
  [
    'an event that was read and lost, of which the reader was not told',
    eventsOf(both, { restarts: 1, read: [first, gone] }),
    ['changes without their event, or events without their change', 'events that a reader did not get'],
  ],
  ['a post without a signature', eventsOf(both, {}, [], 1), ['posts without a valid signature']],
])('%s', (_name, facts, names) => {
  expect(found(facts)).toEqual(names);
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
  ['a key with two cards', twoTries({ state: 'unknown' }), ['duplicates', 'answers that changed']],
  [
    'a key with two cards, of which the first is said to be refused',
    twoTries({ state: 'refused', hasEvidence: true }, [effect]),
    ['effects reported as refused'],
  ],
  [
    'a write that is still on its way',
    { ledger: [], intents: [], operations: [{ ...unknown, state: 'submitting' }] },
    ['unknowns older than their limit'],
  ],
  [
    'a secret that stands somewhere',
    { traces: { leaks: ['PIN in the table operations'], unwrittenDenials: 0 } },
    ['secrets in the database or the logs'],
  ],
  ['two final answers', { intents: [{ ...intent, answers: [told('{}'), told('{"a":1}')] }] }, ['answers that changed']],
  [
    'a resolved operation that was resolved again',
    { changes: [{ operationId: operation.id, before: 'succeeded by answer', after: 'succeeded by look-up' }] },
    ['answers that changed'],
  ],
  ['a change that nobody asked for', beside([], ['card_deleted']), ['effects without an intent']],
  [
    'a change that was made twice',
    beside([change('setCardPin', 'succeeded', 10)], ['pin_set', 'pin_set']),
    ['duplicates'],
  ],
  [
    'a change more than were not refused',
    beside([change('setCardPin', 'refused', 10), change('setCardPin', 'unknown', 11)], ['pin_set', 'pin_set']),
    ['effects reported as refused'],
  ],
  [
    'a change that is done and was not made',
    beside([change('freezeCard', 'succeeded', 10), change('freezeCard', 'succeeded', 11)], ['card_frozen']),
    ['lost acknowledged writes'],
  ],
  [
    'a card that is active after it was cancelled',
    beside([change('cancelCard', 'succeeded', 10)], ['card_deleted']),
    ['states that went back'],
  ],
  [
    'a wrong code that is said to have worked',
    {
      ...beside([change('activateCard', 'succeeded', 10)], ['card_activated']),
      intents: [intent, codeOf('activateCard', '124', 10, true)],
    },
    ['lost acknowledged writes'],
  ],
  ['a PIN that nobody asked for', { cards: withPin('258036') }, ['effects without an intent']],
  [
    'a PIN of another card',
    {
      operations: [operation, { ...change('setCardPin', 'succeeded', 10), resourceId: other.id }],
      resources: [card, other],
      ledger: [effect, { ...effectOf('pin_set'), reference: 'C2' }],
      intents: [intent, ...pins],
      cards: withPin('258036'),
    },
    ['effects without an intent'],
  ],
  [
    'the PIN of a write that was refused',
    {
      ...beside([change('setCardPin', 'refused', 10), change('setCardPin', 'succeeded', 11)], ['pin_set']),
      intents: [intent, ...pins],
      cards: withPin('258036'),
    },
    ['lost acknowledged writes', 'effects reported as refused'],
  ],
  [
    'another PIN than the last one that is done',
    {
      ...beside([change('setCardPin', 'succeeded', 10), change('setCardPin', 'succeeded', 11)], ['pin_set', 'pin_set']),
      intents: [intent, ...pins],
      cards: withPin('258036'),
    },
    ['lost acknowledged writes'],
  ],
  [
    'one superseded by a write that is not done',
    beside(
      [{ ...change('freezeCard', 'superseded', 10), supersededBy: eleven }, change('freezeCard', 'unknown', 11)],
      [],
    ),
    ['operations closed without evidence'],
  ],
  [
    'the operation of another write in an answer',
    {
      ...beside([change('freezeCard', 'unknown', 10)], []),
      intents: [{ ...intent, answers: [{ ...told('{}'), operationId: toPublicId('operation', ten) } as Answer] }],
    },
    ['answers that changed'],
  ],
  [
    'a look by another tenant',
    { reveals: [{ ...look, tenant: 'other' }], audit: [{ ...written, tenant: 'other' }] },
    ['secrets shown to others'],
  ],
  [
    'the number of another card',
    { reveals: [shownAs('{"number":"4288010000000015"}')], audit: [written] },
    ['secrets shown to others'],
  ],
  ['a look that was not written down', { reveals: [look] }, ['reveals that were not written down']],
  [
    'a look that was written down twice',
    { reveals: [look], audit: [written, written] },
    ['reveals that were not written down'],
  ],
  ['a denied look that was not written down', { reveals: [denied] }, ['reveals that were not written down']],
  [
    'a look of which only its provider knows',
    { ledger: [effect, effectOf('private_info_shown')] },
    ['reveals that were not written down'],
  ],
])('%s', (_name, facts, names) => {
  expect(found(facts)).toEqual(names);
});
