import { type EventView, eventTypes, type KnownEventType } from './event.ts';
import * as examples from './examples.ts';

type Members = Readonly<Record<string, unknown>>;

const { card, activeCard, cardholder, binding, boundBinding, transaction, transfer, operation, sync } = examples;
const { destination, disabledDestination, failingDestination } = examples;
const { account: name, provider, health } = examples.providerAccount;
const account = { account: name, provider, health };
const openCircuit = {
  ...health,
  status: 'down',
  lastFailureAt: health.lastAnswerAt,
  lastFailure: 'HTTP 502',
  circuit: 'open',
};

/** Of each type, the subject after the change and the members that it changed. */
const changes: Readonly<Record<KnownEventType, readonly [data: Members, previous: Members | null]>> = {
  'card.pending': [card, null],
  'card.inactive': [{ ...card, form: 'physical', status: 'inactive' }, { status: 'pending' }],
  'card.activated': [activeCard, { last4: null, status: 'pending', providerStatus: null }],
  'card.frozen': [examples.frozenCard, { status: 'active', providerStatus: 'Activated' }],
  'card.unfrozen': [activeCard, { status: 'frozen', providerStatus: 'Frozen' }],
  'card.cancelling': [
    { ...activeCard, status: 'cancelling', cancelRequestedAt: activeCard.syncedAt },
    { status: 'active', cancelRequestedAt: null },
  ],
  'card.cancelled': [examples.cancelledCard, { status: 'cancelling', providerStatus: 'Activated' }],
  'card.failed': [{ ...card, status: 'failed' }, { status: 'pending' }],
  'card.lost': [{ ...activeCard, status: 'lost' }, { status: 'active' }],
  'card.replaced': [{ ...activeCard, status: 'replaced' }, { status: 'lost' }],
  'card.unrecognized': [
    { ...activeCard, status: 'unrecognized', providerStatus: 'Suspended' },
    { status: 'active', providerStatus: 'Activated' },
  ],
  'card.removed': [activeCard, null],
  'card.updated': [{ ...activeCard, expiry: '2028-12' }, { expiry: null }],
  'cardholder.pending': [{ ...cardholder, status: 'pending', providerStatus: null }, null],
  'cardholder.in_review': [{ ...cardholder, status: 'in_review' }, { status: 'pending' }],
  'cardholder.approved': [cardholder, { status: 'pending', providerStatus: null }],
  'cardholder.rejected': [
    { ...cardholder, status: 'rejected', failReason: 'The document is not legible.' },
    { status: 'pending', failReason: null },
  ],
  'cardholder.failed': [{ ...cardholder, status: 'failed' }, { status: 'pending' }],
  'cardholder.unrecognized': [
    { ...cardholder, status: 'unrecognized', providerStatus: 'Paused' },
    { status: 'pending', providerStatus: null },
  ],
  'cardholder.updated': [cardholder, { providerStatus: null }],
  'binding.starting': [{ ...binding, status: 'starting', challenge: null }, null],
  'binding.awaiting_code': [binding, { status: 'starting', challenge: null }],
  'binding.verifying': [{ ...binding, status: 'verifying' }, { status: 'awaiting_code' }],
  'binding.bound': [boundBinding, { status: 'verifying', challenge: binding.challenge }],
  'binding.not_required': [{ ...boundBinding, status: 'not_required' }, { status: 'starting' }],
  'binding.expired': [
    { ...boundBinding, status: 'expired' },
    { status: 'awaiting_code', challenge: binding.challenge },
  ],
  'binding.refused': [{ ...boundBinding, status: 'refused' }, { status: 'starting' }],
  'binding.removed': [{ ...boundBinding, status: 'removed' }, { status: 'bound' }],
  'binding.updated': [{ ...boundBinding, expiry: '2028-12' }, { expiry: null }],
  'transaction.created': [transaction, null],
  'transaction.updated': [transaction, { status: 'pending', providerStatus: 'Pending' }],
  'transfer.pending': [{ ...transfer, status: 'pending', balanceBefore: null, balanceAfter: null }, null],
  'transfer.succeeded': [transfer, { status: 'pending', balanceBefore: null, balanceAfter: null }],
  'transfer.failed': [
    { ...transfer, status: 'failed', balanceBefore: null, balanceAfter: null },
    { status: 'pending' },
  ],
  'transfer.updated': [transfer, { balanceBefore: null, balanceAfter: null }],
  'operation.unknown': [operation, { outcome: 'submitting' }],
  'operation.needs_person': [
    { ...operation, resolvesBy: 'person', nextLookUpAt: null },
    { resolvesBy: 'look-up', nextLookUpAt: operation.nextLookUpAt },
  ],
  'operation.succeeded': [examples.resolvedOperation, { outcome: 'unknown', resolvedBy: null, resolvedAt: null }],
  'operation.refused': [
    { ...examples.resolvedOperation, outcome: 'refused' },
    { outcome: 'unknown', resolvedBy: null, resolvedAt: null },
  ],
  'operation.superseded': [
    { ...operation, outcome: 'superseded', resolvesBy: null, nextLookUpAt: null, supersededBy: card.operation.id },
    { outcome: 'unknown', resolvesBy: 'look-up', nextLookUpAt: operation.nextLookUpAt, supersededBy: null },
  ],
  'sync.completed': [examples.finishedSync, { status: 'running', finishedAt: null }],
  'sync.failed': [
    { ...sync, status: 'failed', failure: 'provider-unavailable: the provider did not answer in time.' },
    { status: 'running', failure: null },
  ],
  'callback.failed': [
    { ...examples.callback, state: 'failed', failure: 'unknown-card: no such card', processedAt: null },
    { state: 'received', failure: null },
  ],
  'account.circuit_opened': [{ ...account, health: openCircuit }, { health }],
  'account.circuit_closed': [account, { health: openCircuit }],
  'destination.failing': [failingDestination, { status: 'active' }],
  'destination.disabled': [disabledDestination, { status: 'failing', disabledReason: null }],
  'destination.ping': [destination, null],
};

const eventId = 'evt_01kan3z7jhfe7v2eq8d4tqh1ye';

/** An event of each type, with the things of the operations' examples. */
export const eventExamples: readonly (EventView & { readonly type: KnownEventType })[] = eventTypes.map((type) => {
  const [data, previous] = changes[type];
  const { id, account = null, provider = null, operation: write = null } = data;
  // The event of an operation is about that operation.
  const operation = type.startsWith('operation.') ? id : ((write as { id: string } | null)?.id ?? null);
  return {
    id: eventId,
    type,
    provider,
    account,
    subject: type === 'destination.ping' ? eventId : (id ?? account),
    subjectVersion: previous === null ? 1 : 2,
    data,
    previous,
    operation,
    cursor: type === 'destination.ping' ? null : 'MS43ODM4My5jazE',
    requestId: operation === null ? null : '01kan3z7jhfe7v2eq8d4tqh1yz',
    createdAt: '2026-11-22T10:00:00.250Z',
  } as EventView & { readonly type: KnownEventType };
});
