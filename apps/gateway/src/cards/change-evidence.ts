import type { CardStatus, OperationState } from '@card-gateway/core';
import type { AsOf, Superseded } from '../ledger/kind.ts';

/** A change of a card's state, recorded and sent. */
export interface SentChange {
  /** Ids of operations are in the order of their records. */
  readonly id: string;
  readonly createdAt: Date;
  /** As of when the card was known to be in another state; null where nobody knows. */
  readonly knownAt: Date | null;
  /** The states in which a card shows that it was made. */
  readonly states: readonly CardStatus[];
}

/** Another change of the same card that was not refused. */
export interface OtherChange extends Omit<SentChange, 'knownAt'> {
  readonly state: OperationState;
}

/** A card stays in these for good: a change that leads elsewhere can no longer come about. */
const finalStates: ReadonlySet<CardStatus> = new Set(['cancelled', 'failed', 'replaced']);

/**
 * What a card's state proves of a change whose answer was lost; null when it proves nothing. Changes of one card are taken to
 * come into effect in the order in which they were sent, each within `visibleAfterMs`.
 *
 * - Where a later change succeeded, the state is that one's work, and the lost one is superseded.
 * - Where a later one that leads to the same state is open, the state may be that one's work.
 * - Where another change was sent less than `visibleAfterMs` before, a state from before the lost one may still be shown for
 *   that long after it.
 * - Where the last one before it that succeeded leads to the same state (for a final one: any), and the card was not read since
 *   that one had to be in effect, the state may be that one's work.
 * - In a state that is final and not the one it leads to, it is refused: whatever it did, nothing of it is there, or will be.
 */
export function proofOf(
  change: SentChange,
  shown: { readonly status: CardStatus; readonly asOf: AsOf },
  others: readonly OtherChange[],
  visibleAfterMs: number,
): 'done' | 'refused' | Superseded | null {
  const { status, asOf } = shown;
  const later = others.filter(({ id }) => id > change.id);
  const made = later.find(({ state }) => state === 'succeeded');
  if (made !== undefined) return { kind: 'superseded', by: made.id };
  if (later.some(({ states }) => states.includes(status))) return null;
  if (!change.states.includes(status)) {
    return finalStates.has(status) && asOf.earliest >= change.createdAt ? 'refused' : null;
  }
  const sentAt = change.createdAt.getTime();
  const earlier = others.filter(({ id }) => id < change.id);
  const resolvedAt = ({ createdAt }: Pick<SentChange, 'createdAt'>): number => createdAt.getTime() + visibleAfterMs;
  const succeeded = earlier.filter(({ state }) => state === 'succeeded').toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const mayHaveMadeIt = (finalStates.has(status) ? succeeded : succeeded.slice(0, 1)).some(
    (other) => other.states.includes(status) && resolvedAt(other) > (change.knownAt?.getTime() ?? 0),
  );
  if (mayHaveMadeIt) return null;
  const follows = earlier.some((other) => resolvedAt(other) >= sentAt);
  if (follows) return asOf.earliest.getTime() >= sentAt + visibleAfterMs ? 'done' : null;
  // The state that it leads to may be its work as soon as it can be.
  return asOf.latest >= change.createdAt ? 'done' : null;
}
