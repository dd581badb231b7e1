import { type Facts, type Found, type Index, publicIdOf } from './facts.ts';
import type { OperationFact } from './store.ts';

/** Effects on existing resources, identified by the provider's id, and the type of write that causes each. */
export const changesByEffect: Readonly<Record<string, string>> = {
  card_activated: 'activateCard',
  card_frozen: 'freezeCard',
  card_unfrozen: 'unfreezeCard',
  card_deleted: 'cancelCard',
  pin_set: 'setCardPin',
  token_deleted: 'removeBinding',
};

/** States that a resource cannot have after such a write succeeded, because these transitions are one-way. */
const statesBefore: Readonly<Record<string, readonly string[]>> = {
  activateCard: ['pending', 'inactive'],
  cancelCard: ['pending', 'inactive', 'active', 'frozen'],
  removeBinding: ['bound'],
};

/** A resource is changed many times. All changes of one kind are counted together, and must match the records. */
export function judgeChanges(facts: Facts, index: Index, found: Found): void {
  const { effects, byRef, ofResource } = index;
  for (const [name, entries] of effects) {
    const [entry] = entries;
    const type = changesByEffect[entry?.effect ?? ''];
    if (entry === undefined || type === undefined) continue;
    const id = byRef.get(entry.reference) ?? entry.reference;
    const intended = (ofResource.get(id) ?? []).filter((operation) => operation.type === type);
    const possible = intended.filter(({ state }) => state !== 'refused');
    if (intended.length === 0) {
      found['effects without an intent'].push(`${name}: there is no ${type} in the database`);
    } else if (entries.length > intended.length) {
      found.duplicates.push(`${name} happened ${entries.length} times, of ${intended.length} writes`);
    } else if (entries.length > possible.length) {
      found['effects reported as refused'].push(`${name} happened ${entries.length} times: ${statesOf(intended)}`);
    }
  }
  for (const resource of facts.resources) {
    const operations = ofResource.get(publicIdOf(resource)) ?? [];
    for (const [effect, type] of Object.entries(changesByEffect)) {
      const succeeded = operations.filter((one) => one.type === type && one.state === 'succeeded');
      const made = effects.get(`${effect} ${resource.providerRef}`)?.length ?? 0;
      if (succeeded.length > made) {
        found['lost acknowledged writes'].push(`${effect} happened ${made} times: ${statesOf(succeeded)}`);
      }
      if (succeeded.length > 0 && statesBefore[type]?.includes(resource.status)) {
        found['states that went back'].push(`${publicIdOf(resource)} is ${resource.status} after a ${type}`);
      }
    }
  }
  judgeCodes(facts, index, found);
  judgePins(facts, index, found);
}

/** A write with a wrong code must never succeed. */
function judgeCodes({ intents }: Facts, { byKey }: Index, found: Found): void {
  for (const { key, operation, code } of intents) {
    const [row] = byKey.get(key) ?? [];
    if (code?.isWrong === true && row?.state === 'succeeded') {
      found['lost acknowledged writes'].push(`${row.id} (${operation}) is done, by a code that was wrong`);
    }
  }
}

/** A card's PIN must be one requested for it by a write that was not refused, and the last one where that is certain. */
function judgePins({ intents, cards }: Facts, { byKey, byRef, ofResource, resources }: Index, found: Found): void {
  const byPin = new Map(
    intents.flatMap((intent) => (intent.operation === 'setCardPin' ? [[intent.code?.text, intent] as const] : [])),
  );
  for (const [cardNo, { pin }] of cards) {
    if (pin === '') continue;
    const id = byRef.get(cardNo) ?? cardNo;
    const intent = byPin.get(pin);
    const [set] = byKey.get(intent?.key ?? '') ?? [];
    if (set === undefined || set.resourceId !== resources.get(id)?.id) {
      found['effects without an intent'].push(`${id} has a PIN that nobody asked for it`);
      continue;
    }
    if (set.state === 'refused')
      found['effects reported as refused'].push(`${id} has the PIN of ${set.id}, which is refused`);
    const changes = (ofResource.get(id) ?? []).filter(
      ({ type, state }) => type === 'setCardPin' && state !== 'refused',
    );
    // An unknown change may have reached the provider late, after changes that were sent later.
    if (changes.some(({ wasUnknown }) => wasUnknown)) continue;
    const last = changes.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
    if (last?.state === 'succeeded' && last.id !== set.id) {
      found['lost acknowledged writes'].push(`${last.id} (setCardPin) is done, and ${id} has another PIN`);
    }
  }
}

const statesOf = (operations: readonly OperationFact[]): string =>
  operations.map(({ id, type, state }) => `${id} (${type}) is ${state}`).join(', ');
