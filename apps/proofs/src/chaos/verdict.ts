import {
  byUser,
  type Facts,
  type Found,
  type Index,
  indexed,
  publicIdOf,
  type Verdict,
  violationNames,
} from './facts.ts';
import { judgeEvents } from './judge-events.ts';
import { changesByEffect, judgeChanges } from './judge-changes.ts';
import { judgeReveals, revealEffect } from './judge-reveals.ts';
import type { OperationFact, ResourceFact } from './store.ts';

export { type Facts, type Traces, type Verdict, type ViolationName, violationNames } from './facts.ts';

/** Effects that carry our reference: at most one of each, named after its operation. */
const byReference: Readonly<Record<string, { readonly kind: ResourceFact['kind']; readonly type: string }>> = {
  card_issued: { kind: 'card', type: 'issueCard' },
  cardholder_created: { kind: 'cardholder', type: 'createCardholder' },
  money_moved: { kind: 'transfer', type: 'createTransfer' },
};
/** The state of a card after such a change, in the provider's terms (keysecure.md §6.10). */
const targets: Readonly<Record<string, string>> = {
  activateCard: 'Activated',
  freezeCard: 'Frozen',
  unfreezeCard: 'Activated',
  cancelCard: 'Delete',
};

/** Compares the providers' effects with PostgreSQL, and with what callers were told. */
export function judge(facts: Facts): Verdict {
  const found = Object.fromEntries(violationNames.map((name) => [name, [] as string[]])) as Found;
  const index = indexed(facts);
  judgeKeys(facts, index, found);
  judgeEffects(index, found);
  judgeOperations(facts, index, found);
  judgeChanges(facts, index, found);
  judgeReveals(facts, index, found);
  if (facts.events !== null) judgeEvents(facts.events, found);
  found['secrets in the database or the logs'].push(...(facts.traces?.leaks ?? []));
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

/** Each key has one operation, whose final answer never changes. */
function judgeKeys({ intents }: Facts, { byKey, byId, ofResource, resources }: Index, found: Found): void {
  for (const [key, operations] of byKey) {
    if (operations.length > 1) found.duplicates.push(`${key} has ${operations.length} operations`);
  }
  for (const { key, operation, answers } of intents) {
    const accepted = answers.filter((answer) => answer.kind === 'accepted');
    const ids = new Set(accepted.map(({ id }) => id));
    const namedBy = ({ operationId }: (typeof accepted)[number]) =>
      operationId === null ? undefined : byId.get(operationId);
    const isGivenUp = (named: OperationFact | undefined): boolean => named?.key === null && named.state === 'refused';
    // A write whose record was not confirmed is answered as unknown, is then refused because nothing was sent, and gives up its
    // key: the next try has a resource of its own. Any effect of the first is found below, as one reported as refused.
    const kept = new Set(accepted.filter((answer) => !isGivenUp(namedBy(answer))).map(({ id }) => id));
    if (kept.size > 1) found.duplicates.push(`${key} (${operation}) was answered with ${kept.size} resources`);
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
    for (const answer of accepted) {
      const { id, status } = answer;
      const named = namedBy(answer);
      if (named === undefined) continue;
      const isOwn = named.id === operationRow?.id || isGivenUp(named);
      if (!isOwn || ofResource.get(id)?.includes(named) !== true) {
        found['answers that changed'].push(
          `${key} (${operation}) was answered with the operation of another, ${named.id}`,
        );
      } else if (status !== 202 && named.state !== 'succeeded') {
        found['answers that changed'].push(`${key} (${operation}) was answered ${status}, and is ${named.state}`);
      }
    }
    for (const { id, providerRef } of accepted) {
      const isKept = operation === 'issueCard' || operation === 'createCardholder';
      if (isKept && providerRef !== null && resources.get(id)?.providerRef !== providerRef) {
        found['lost acknowledged writes'].push(`${key} (${operation}): ${id} is no longer ${providerRef}`);
      }
    }
  }
}

/** Every effect was intended, happened as often as intended, and is not reported as refused. */
function judgeEffects({ effects, ofResource, bindingsOf }: Index, found: Found): void {
  for (const [name, entries] of effects) {
    const [entry] = entries;
    if (entry === undefined) continue;
    const { effect, reference, subject } = entry;
    if (effect === revealEffect || effect in changesByEffect) continue;
    const type = byReference[effect]?.type ?? byUser[effect];
    if (type === undefined) {
      found['effects without an intent'].push(`${name}: no write of the run has this effect`);
      continue;
    }
    const ids = effect in byUser ? (bindingsOf.get(subject) ?? []).map(publicIdOf) : [reference];
    const intended = ids.flatMap((id) => ofResource.get(id) ?? []).filter((operation) => operation.type === type);
    if (intended.length === 0) {
      found['effects without an intent'].push(`${name}: there is no ${type} in the database`);
      continue;
    }
    if (entries.length > 1) found.duplicates.push(`${name} happened ${entries.length} times`);
    if (intended.every(({ state }) => state === 'refused')) {
      found['effects reported as refused'].push(`${name}: ${intended.map(({ id }) => id).join(', ')}`);
    }
  }
}

/** Nothing is closed without evidence, nothing resolvable is left open, and what is reported as done was done. */
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
    if (state === 'superseded') judgeSuperseded(operation, operations, found);
    const isForgotten = state === 'unknown' && operation.resolvesBy === 'look-up' && operation.nextLookUpAt === null;
    const isInState = type in targets && cards.get(resource.providerRef ?? '')?.status === targets[type];
    const isOverdue = state === 'unknown' && (isInState || (canBeSeen.has(type) && (shown ?? 0) > 0));
    if (state === 'submitting' || isForgotten || isOverdue) {
      found['unknowns older than their limit'].push(`${id} (${type}) is still ${state}`);
    }
  }
}

/** Only a later successful write to the same target can supersede an operation. */
function judgeSuperseded(operation: OperationFact, operations: readonly OperationFact[], found: Found): void {
  const { id, type, supersededBy } = operation;
  const by = operations.find((one) => one.id === supersededBy);
  if (by?.state === 'succeeded' && by.id > id) return;
  found['operations closed without evidence'].push(
    `${id} (${type}) is superseded by ${supersededBy}, which is ${by?.state}`,
  );
}

/** Writes whose effect the provider shows on request; it shows to no one that an SMS was sent (yixin.md §4). */
const canBeSeen = new Set(['issueCard', 'createCardholder', 'verifyBinding', 'createTransfer', 'removeBinding']);

/** The number of provider effects that prove a write; null if no specific one does. */
function effectsShowing(type: string, resource: ResourceFact, { effects }: Index): number | null {
  const name = Object.entries(byReference).find(([, one]) => one.type === type)?.[0];
  if (name !== undefined) return effects.get(`${name} ${publicIdOf(resource)}`)?.length ?? 0;
  if (type === 'verifyBinding') return effects.get(`card_bound ${resource.user}`)?.length ?? 0;
  if (type === 'removeBinding') return effects.get(`token_deleted ${resource.providerRef}`)?.length ?? 0;
  return null;
}
