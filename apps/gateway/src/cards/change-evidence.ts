import type { CardStatus, OperationState } from '@card-gateway/core';
import type { AsOf, Superseded } from '../ledger/kind.ts';

/** A recorded and sent change of a card's state. */
export interface SentChange {
  /** Ids of operations sort in the order of their records. */
  readonly id: string;
  readonly createdAt: Date;
  /** Time as of which the card was known to be in another state; null if unknown. */
  readonly knownAt: Date | null;
  /** The states of a card that show the change. */
  readonly states: readonly CardStatus[];
  /** Whether it contains a code, which only its own effect proves to be right. */
  readonly isGuess: boolean;
}

/** Another change of the same card that was not refused. */
export interface OtherChange extends Omit<SentChange, 'knownAt' | 'isGuess'> {
  readonly state: OperationState;
}

/** Final states: a change to another state can no longer take effect. */
const finalStates: ReadonlySet<CardStatus> = new Set(['cancelled', 'failed', 'replaced']);

/**
 * What a card's state proves about a change with a lost answer; null if it proves nothing. Assumes that changes of one card
 * take effect in the order in which they were sent, each within `visibleAfterMs`.
 *
 * - If a later change succeeded, the state reflects that one, and the lost one is superseded.
 * - If a later change to the same state is open, the state may be that one's effect.
 * - If another change was sent less than `visibleAfterMs` before the lost one, a state from before the lost one may still be
 *   shown for that long after it.
 * - If the last earlier change that succeeded leads to the same state (for a final state: any of them), and the card was not
 *   read after that change had to be visible, the state may be that one's effect.
 * - If an earlier change to the same state is open, and the card was not read after that change had to be visible, the state may be
 *   that one's effect. That matters only to a code: any other two wanted the same.
 * - A final state other than the target means refused: the change has no effect, and never will.
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
  const effective = finalStates.has(status) ? succeeded : succeeded.slice(0, 1);
  const mayHaveMadeIt = (change.isGuess ? earlier : effective).some(
    (other) => other.states.includes(status) && resolvedAt(other) > (change.knownAt?.getTime() ?? 0),
  );
  if (mayHaveMadeIt) return null;
  const follows = earlier.some((other) => resolvedAt(other) >= sentAt);
  if (follows) return asOf.earliest.getTime() >= sentAt + visibleAfterMs ? 'done' : null;
  // The target state may be this change's effect from the moment it was sent.
  return asOf.latest >= change.createdAt ? 'done' : null;
}
