import { toPublicId } from '@card-gateway/core';
import type { LedgerEntry } from '@card-gateway/sandbox';
import type { Intent } from './diary.ts';
import type { ChangeFact, OperationFact, ResourceFact } from './store.ts';

/** What must never happen. Each has to be found 0 times. */
export const violationNames = [
  'duplicates',
  'lost acknowledged writes',
  'effects without an intent',
  'operations closed without evidence',
  'unknowns older than their limit',
  'effects reported as refused',
  'answers that changed',
  'gateways that ended by themselves',
] as const;
export type ViolationName = (typeof violationNames)[number];

/** Both sides after everything that can settle has settled. */
export interface Facts {
  readonly intents: readonly Intent[];
  /** What the providers really did. */
  readonly ledger: readonly LedgerEntry[];
  /** The cards' states at the provider, by its own number. */
  readonly cards: ReadonlyMap<string, string>;
  readonly operations: readonly OperationFact[];
  readonly resources: readonly ResourceFact[];
  readonly changes: readonly ChangeFact[];
  /** Acknowledged resources that a read right after did not find. */
  readonly notFoundAfterwards: number;
  /** Gateways that ended although nobody killed them. */
  readonly endedByThemselves: number;
  /** Different callbacks that were acknowledged to the provider, and all that are stored. */
  readonly callbacks: { readonly acknowledged: number; readonly stored: number };
}

export type Verdict = Readonly<Record<ViolationName, readonly string[]>>;

/** Effects whose reference is our own: at most one of each, and its operation is named by it. */
const byReference: Readonly<Record<string, { readonly kind: ResourceFact['kind']; readonly type: string }>> = {
  card_issued: { kind: 'card', type: 'issueCard' },
  cardholder_created: { kind: 'cardholder', type: 'createCardholder' },
  money_moved: { kind: 'transfer', type: 'createTransfer' },
};
/** Effects that change a card which the provider's number names. */
const byCard: Readonly<Record<string, string>> = { card_frozen: 'freezeCard', card_unfrozen: 'unfreezeCard' };
/** In which state a card is after such a change, in the provider's words (keysecure.md §6.10). */
const targets: Readonly<Record<string, string>> = { freezeCard: 'Frozen', unfreezeCard: 'Activated' };
/** Effects on a user's bank card. In a run each user has one card and one start. */
const byUser: Readonly<Record<string, string>> = { sms_sent: 'startBinding', card_bound: 'verifyBinding' };

/** Compares what the providers did with what PostgreSQL says of it, and with what callers were told. */
export function judge(facts: Facts): Verdict {
  const found = Object.fromEntries(violationNames.map((name) => [name, [] as string[]])) as Record<
    ViolationName,
    string[]
  >;
  const index = indexed(facts);
  judgeKeys(facts, index, found);
  judgeEffects(index, found);
  judgeOperations(facts, index, found);
  for (const { operationId, before, after } of facts.changes) {
    found['answers that changed'].push(`operation ${operationId} was ${before} and became ${after}`);
  }
  for (let count = 0; count < facts.notFoundAfterwards; count += 1) {
    found['lost acknowledged writes'].push('a read right after the acknowledgement answered "not found"');
  }
  for (let count = 0; count < facts.endedByThemselves; count += 1) {
    found['gateways that ended by themselves'].push('a gateway ended although nobody killed it; its log says why');
  }
  const { acknowledged, stored } = facts.callbacks;
  if (stored < acknowledged) {
    found['lost acknowledged writes'].push(`${acknowledged} callbacks were acknowledged and ${stored} are stored`);
  }
  return found;
}

interface Index {
  readonly byKey: ReadonlyMap<string, readonly OperationFact[]>;
  readonly resources: ReadonlyMap<string, ResourceFact>;
  /** Operations of a resource, by its public id. */
  readonly ofResource: ReadonlyMap<string, readonly OperationFact[]>;
  readonly cardByRef: ReadonlyMap<string, string>;
  readonly bindingsOf: ReadonlyMap<string, readonly ResourceFact[]>;
  /** By the effect and whom or what it is about. */
  readonly effects: ReadonlyMap<string, readonly LedgerEntry[]>;
}

const publicIdOf = ({ kind, id }: ResourceFact): string => toPublicId(kind, id);

function indexed({ operations, resources, ledger }: Facts): Index {
  const byUuid = new Map(resources.map((resource) => [resource.id, publicIdOf(resource)]));
  return {
    byKey: Map.groupBy(
      operations.filter(({ key }) => key !== null),
      ({ key }) => key ?? '',
    ),
    resources: new Map(resources.map((resource) => [publicIdOf(resource), resource])),
    ofResource: Map.groupBy(operations, ({ resourceId }) => byUuid.get(resourceId) ?? resourceId),
    cardByRef: new Map(
      resources.flatMap((one) =>
        one.kind === 'card' && one.providerRef !== null ? [[one.providerRef, publicIdOf(one)] as const] : [],
      ),
    ),
    bindingsOf: Map.groupBy(
      resources.filter(({ user }) => user !== null),
      ({ user }) => user ?? '',
    ),
    effects: Map.groupBy(ledger, ({ effect, reference, subject }) =>
      effect in byUser ? `${effect} ${subject}` : `${effect} ${reference}`,
    ),
  };
}

type Found = Record<ViolationName, string[]>;

/** One key is one operation, and says the same for ever. */
function judgeKeys({ intents }: Facts, { byKey, resources }: Index, found: Found): void {
  for (const [key, operations] of byKey) {
    if (operations.length > 1) found.duplicates.push(`${key} has ${operations.length} operations`);
  }
  for (const { key, operation, answers } of intents) {
    const accepted = answers.filter((answer) => answer.kind === 'accepted');
    const ids = new Set(accepted.map(({ id }) => id));
    if (ids.size > 1) found.duplicates.push(`${key} (${operation}) was answered with ${ids.size} resources`);
    const finals = new Set(
      answers.flatMap((answer) => (answer.kind !== 'silent' && answer.final ? [answer.text] : [])),
    );
    if (finals.size > 1) {
      found['answers that changed'].push(
        `${key} (${operation}) had ${finals.size} final answers: ${[...finals].join(' ')}`,
      );
    }
    const [operationRow] = byKey.get(key) ?? [];
    for (const id of ids) {
      if (operationRow === undefined) found['lost acknowledged writes'].push(`${key} (${operation}): no operation`);
      else if (!resources.has(id)) found['lost acknowledged writes'].push(`${key} (${operation}): ${id} is not there`);
    }
    for (const { id, providerRef } of accepted) {
      const isKept = operation === 'issueCard' || operation === 'createCardholder';
      if (isKept && providerRef !== null && resources.get(id)?.providerRef !== providerRef) {
        found['lost acknowledged writes'].push(`${key} (${operation}): ${id} is no longer ${providerRef}`);
      }
    }
  }
}

/** Every effect was intended, happened as often as it was intended, and is not called refused. */
function judgeEffects({ effects, ofResource, cardByRef, bindingsOf }: Index, found: Found): void {
  for (const [name, entries] of effects) {
    const [entry] = entries;
    if (entry === undefined) continue;
    const { effect, reference, subject } = entry;
    const type = byReference[effect]?.type ?? byCard[effect] ?? byUser[effect];
    if (type === undefined) {
      found['effects without an intent'].push(`${name}: no write of the run has this effect`);
      continue;
    }
    const ids =
      effect in byUser
        ? (bindingsOf.get(subject) ?? []).map(publicIdOf)
        : [effect in byCard ? (cardByRef.get(reference) ?? reference) : reference];
    const intended = ids.flatMap((id) => ofResource.get(id) ?? []).filter((operation) => operation.type === type);
    if (intended.length === 0) {
      found['effects without an intent'].push(`${name}: there is no ${type} in the database`);
      continue;
    }
    const most = effect in byCard ? intended.length : 1;
    if (entries.length > most) found.duplicates.push(`${name} happened ${entries.length} times`);
    if (intended.every(({ state }) => state === 'refused')) {
      found['effects reported as refused'].push(`${name}: ${intended.map(({ id }) => id).join(', ')}`);
    }
  }
}

/** Nothing is closed without evidence, nothing waits that could be settled, and what is done was done. */
function judgeOperations({ operations, resources, cards }: Facts, index: Index, found: Found): void {
  const byUuid = new Map(resources.map((resource) => [resource.id, resource]));
  for (const operation of operations) {
    const { id, type, state, hasEvidence } = operation;
    const resource = byUuid.get(operation.resourceId);
    const closed = state === 'succeeded' || state === 'refused';
    if (closed && !hasEvidence && type !== 'startSync') {
      found['operations closed without evidence'].push(`${id} (${type}) is ${state}`);
    }
    if (resource === undefined) {
      found['lost acknowledged writes'].push(`${id} (${type}): its resource is not there`);
      continue;
    }
    const shown = effectsShowing(type, resource, index);
    if (state === 'succeeded' && shown === 0) {
      found['lost acknowledged writes'].push(`${id} (${type}) is done, and the provider did nothing`);
    }
    const isForgotten = state === 'unknown' && operation.settlesBy === 'look-up' && operation.nextLookUpAt === null;
    const isInState = type in targets && cards.get(resource.providerRef ?? '') === targets[type];
    const isOverdue = state === 'unknown' && (isInState || (canBeSeen.has(type) && (shown ?? 0) > 0));
    if (state === 'submitting' || isForgotten || isOverdue) {
      found['unknowns older than their limit'].push(`${id} (${type}) is still ${state}`);
    }
  }
}

/** Writes whose effect the provider shows when asked; that an SMS was sent, it shows nobody (yixin.md §4). */
const canBeSeen = new Set(['issueCard', 'createCardholder', 'verifyBinding', 'createTransfer']);

/** How many effects at the provider prove a write; null where none in particular does. */
function effectsShowing(type: string, resource: ResourceFact, { effects }: Index): number | null {
  const name = Object.entries(byReference).find(([, one]) => one.type === type)?.[0];
  if (name !== undefined) return effects.get(`${name} ${publicIdOf(resource)}`)?.length ?? 0;
  if (type === 'verifyBinding') return effects.get(`card_bound ${resource.user}`)?.length ?? 0;
  return null;
}
