import type { CardStatus } from '@card-gateway/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OtherChange, proofOf, type SentChange } from './change-evidence.ts';

const takesMs = 30_000;
const start = Date.parse('2026-11-22T10:00:00Z');
const at = (ms: number): Date => new Date(start + ms);
const asOf = (ms: number) => ({ earliest: at(ms), latest: at(ms) });
const leadsTo = { freeze: ['frozen'], unfreeze: ['active'], cancel: ['cancelled', 'cancelling'] } as const;
type Kind = keyof typeof leadsTo;

type Change = OtherChange & SentChange;

const change = (kind: Kind, ms: number, state: OtherChange['state'] = 'unknown', knownMs = 0): Change => ({
  id: String(ms).padStart(9, '0'),
  createdAt: at(ms),
  knownAt: at(knownMs),
  states: leadsTo[kind],
  isGuess: false,
  state,
});
const proof = (lost: Change, status: CardStatus, readMs: number, ...others: OtherChange[]) =>
  proofOf(lost, { status, asOf: asOf(readMs) }, others, takesMs);

describe('the state of a card after a change without an answer', () => {
  const freeze = change('freeze', 100_000);

  test('that leads to it proves the change, as soon as no earlier one can be at work', () => {
    expect(proof(freeze, 'frozen', 100_000)).toBe('done');
    expect(proof(freeze, 'frozen', 99_999)).toBeNull();
    expect(proof(freeze, 'active', 200_000)).toBeNull();
    expect(proof(freeze, 'frozen', 101_000, change('unfreeze', 60_000, 'succeeded'))).toBe('done');
  });

  test('may be one from before for as long as changes take', () => {
    // Frozen, unfrozen, which takes its time, and a freeze that is lost: it is still frozen for a while.
    const unfreeze = change('unfreeze', 99_000, 'succeeded');
    expect(proof(freeze, 'frozen', 129_999, unfreeze)).toBeNull();
    expect(proof(freeze, 'frozen', 130_000, unfreeze)).toBe('done');
    // A freeze that takes its time, and an unfreeze that is lost: it is still active for a while.
    const lost = change('unfreeze', 100_500);
    const before = change('freeze', 100_000, 'succeeded');
    expect(proof(lost, 'active', 101_000, before)).toBeNull();
    // A freeze whose work was not seen before the next, which is lost: its work comes to light later.
    const first = change('freeze', 10_000, 'succeeded');
    expect(proof(change('freeze', 100_000, 'unknown', 10_500), 'frozen', 300_000, first)).toBeNull();
    expect(proof(change('freeze', 100_000, 'unknown', 40_000), 'frozen', 300_000, first)).toBe('done');
    expect(proof(lost, 'frozen', 140_000, before)).toBeNull();
  });

  test('is a later one’s work where that one succeeded, and may be where it is open', () => {
    const later = change('freeze', 200_000, 'succeeded');
    expect(proof(freeze, 'frozen', 300_000, later)).toEqual({ kind: 'superseded', by: later.id });
    expect(proof(freeze, 'active', 300_000, later)).toEqual({ kind: 'superseded', by: later.id });
    expect(proof(freeze, 'frozen', 300_000, change('freeze', 200_000, 'submitting'))).toBeNull();
    expect(proof(freeze, 'frozen', 300_000, change('cancel', 200_000))).toBe('done');
  });

  test.each(['cancelled', 'failed', 'replaced'] as const)('refuses it once it is "%s" for good', (status) => {
    expect(proof(freeze, status, 101_000)).toBe('refused');
    expect(proof(freeze, status, 99_000)).toBeNull();
  });

  test.each(['pending', 'inactive', 'active', 'cancelling', 'lost', 'unrecognized'] as const)(
    'leaves it open while it is "%s"',
    (status) => expect(proof(freeze, status, 500_000)).toBeNull(),
  );

  test('may be an earlier one’s work where a code would be proven to be right', () => {
    const guess = { ...change('unfreeze', 100_000), isGuess: true };
    const earlier = change('unfreeze', 10_000);
    expect(proof(guess, 'active', 300_000, earlier)).toBeNull();
    expect(proof({ ...guess, isGuess: false }, 'active', 300_000, earlier)).toBe('done');
    // It was seen not to have worked.
    expect(proof({ ...guess, knownAt: at(40_000) }, 'active', 300_000, earlier)).toBe('done');
  });

  test('that an open cancellation leads to refuses nothing: what came first nobody can tell', () => {
    expect(proof(freeze, 'cancelled', 300_000, change('cancel', 200_000))).toBeNull();
  });
});

/** A card at a provider that answers a change before it is in effect. */
interface Act {
  readonly kind: Kind;
  readonly afterMs: number;
  readonly reached: boolean;
  readonly isLost: boolean;
  readonly takes: number;
  /** Our records are brought up to date before the next act. */
  readonly read: boolean;
}
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom<Kind>('freeze', 'unfreeze', 'cancel'),
  afterMs: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 90_000 })),
  reached: fc.boolean(),
  isLost: fc.boolean(),
  takes: fc.constantFrom(0, 100, 15_000, takesMs),
  read: fc.boolean(),
});

test('never proves a change that was not made, however late others come into effect', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 7 }), fc.integer({ min: 0, max: 120_000 }), (acts, waits) => {
      const effects: { atMs: number; status: CardStatus }[] = [];
      const sent: (Change & { readonly made: boolean })[] = [];
      const statusAt = (ms: number): CardStatus =>
        effects
          .filter(({ atMs }) => atMs <= ms)
          .toSorted((a, b) => a.atMs - b.atMs)
          .reduce<CardStatus>((status, effect) => (status === 'cancelled' ? status : effect.status), 'active');
      let known: CardStatus = 'active';
      let knownMs = 0;
      let ms = 0;
      for (const { kind, afterMs, isLost, takes, read, ...act } of acts) {
        ms += afterMs;
        // A cancelled card is changed no more.
        const reached = act.reached && statusAt(ms) !== 'cancelled';
        if (read) [known, knownMs] = [statusAt(ms), ms];
        // Changes that our records do not allow are not sent.
        if (known === 'cancelled' || known === leadsTo[kind][0] || (kind === 'unfreeze' && known !== 'frozen'))
          continue;
        if (reached) {
          effects.push({ atMs: Math.max(ms + takes, effects.at(-1)?.atMs ?? 0), status: leadsTo[kind][0] });
        }
        const state = isLost ? 'unknown' : reached ? 'succeeded' : 'refused';
        sent.push({ ...change(kind, ms, state, knownMs), made: reached });
        if (state === 'succeeded') [known, knownMs] = [leadsTo[kind][0], ms];
      }
      const readMs = ms + waits;
      const status = statusAt(readMs);
      for (const lost of sent.filter(({ state }) => state === 'unknown')) {
        const others = sent.filter(({ id, state }) => id !== lost.id && state !== 'refused');
        const proven = proof(lost, status, readMs, ...others);
        // Of two lost changes to the same state, the later one counts.
        const alike = sent.some(
          ({ id, state, states }) => id < lost.id && state === 'unknown' && states === lost.states,
        );
        expect({ proven, isTrue: proven !== 'done' || lost.made || alike }).toEqual({ proven, isTrue: true });
        const guessed = proof({ ...lost, isGuess: true }, status, readMs, ...others);
        expect({ guessed, isTrue: guessed !== 'done' || lost.made }).toEqual({ guessed, isTrue: true });
      }
    }),
    { numRuns: 5000 },
  );
});
