import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedForMs, type Happening, lookUpDelayMs, next, type Standing } from './machine.ts';

const start = new Date('2026-11-22T10:00:00Z');
const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const leaseMs = 45_000;

const recorded = (settlesBy: 'look-up' | 'person' = 'look-up'): Standing => ({
  state: 'submitting',
  fence: 1,
  leaseUntil: after(start, leaseMs),
  settlesBy,
  unknownBecause: null,
  unknownSince: null,
  lookUps: 0,
  nextLookUpAt: null,
  silentSince: null,
  silentMs: 0,
  settledBy: null,
  settledAt: null,
  supersededBy: null,
});

/** What is true of a write at the provider: it happened, or it did not. No evidence says otherwise. */
type Truth = 'done' | 'refused';
type Step = { readonly event: Happening; readonly afterMs: number };

const fences = fc.integer({ min: 0, max: 6 });
const showed = fc.constantFrom('absent', 'silence', 'unreadable', 'contradiction', 'nothing');
const told: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('lost'), why: fc.constantFrom('no_answer', 'unlisted_code'), fence: fences }),
  fc.constant({ kind: 'abandoned' } as const),
  fc.record({ kind: fc.constant('taken'), leaseMs: fc.constantFrom(1, leaseMs) }),
  fc.record({ kind: fc.constant('looked-up'), showed, fence: fences }),
  fc.constant({ kind: 'woken' } as const),
);
const superseded = fc.constant({ kind: 'superseded', by: 'a later write' } as const);
const evidence = (
  truth: Truth,
  by: readonly ('answer' | 'look-up' | 'callback' | 'list')[] = ['answer', 'look-up', 'callback', 'list'],
): fc.Arbitrary<Happening> =>
  fc.record({ kind: fc.constant('shown'), outcome: fc.constant(truth), by: fc.constantFrom(...by) });
const word = (truth: Truth): Happening => ({ kind: 'resolved', outcome: truth });
const pause = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 }), fc.constant(askedForMs));

/** Events of every kind in any order and number, of one truth. */
const steps = (truth: Truth): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({ event: fc.oneof(told, told, superseded, evidence(truth), fc.constant(word(truth))), afterMs: pause }),
    {
      maxLength: 40,
    },
  );

/** All standings from the record on, each event at its own time; an event that changes nothing leaves the one before. */
function walk(from: Standing, path: readonly Step[]): { readonly standing: Standing; readonly at: Date }[] {
  let at = start;
  let standing = from;
  return path.map(({ event, afterMs }) => {
    at = after(at, afterMs);
    standing = next(standing, event, at) ?? standing;
    return { standing, at };
  });
}

const rank = { submitting: 0, unknown: 1, superseded: 2, succeeded: 3, refused: 3 } as const;
const isClosed = ({ state }: Standing): boolean => rank[state] === 3;
const truths = fc.constantFrom<Truth>('done', 'refused');
const settlers = fc.constantFrom('look-up' as const, 'person' as const);

describe('whatever happens to a write, in whatever order and however often', () => {
  const any = truths.chain((truth) => fc.record({ truth: fc.constant(truth), path: steps(truth), by: settlers }));

  test('its state never goes back, and a closed one never changes', () => {
    fc.assert(
      fc.property(any, ({ path, by }) => {
        let before = recorded(by);
        for (const { standing } of walk(before, path)) {
          expect(rank[standing.state]).toBeGreaterThanOrEqual(rank[before.state]);
          expect(standing.fence).toBeGreaterThanOrEqual(before.fence);
          if (isClosed(before)) expect(standing).toBe(before);
          before = standing;
        }
      }),
    );
  });

  test('only what the provider said, or a person, closes it: never silence, absence, age or a process that is gone', () => {
    fc.assert(
      fc.property(any, ({ path, truth, by }) => {
        let before = recorded(by);
        for (const [index, { standing }] of walk(before, path).entries()) {
          const event = path[index]?.event;
          if (isClosed(standing) && !isClosed(before)) {
            expect(['shown', 'resolved']).toContain(event?.kind);
            expect(standing.state).toBe(truth === 'done' ? 'succeeded' : 'refused');
            expect(standing.settledBy).toBe(event?.kind === 'shown' ? event.by : 'person');
          }
          before = standing;
        }
      }),
    );
  });

  test('it is always in a form that the database takes, and what is unknown waits for something', () => {
    fc.assert(
      fc.property(any, ({ path, by }) => {
        for (const { standing } of walk(recorded(by), path)) {
          const { state, leaseUntil, settlesBy, nextLookUpAt, silentSince, silentMs, unknownSince } = standing;
          expect((standing.settledAt !== null && standing.settledBy !== null) === isClosed(standing)).toBe(true);
          expect(silentMs).toBeGreaterThanOrEqual(0);
          expect(state === 'superseded').toBe(standing.supersededBy !== null && !isClosed(standing));
          if (rank[state] > 1) expect([leaseUntil, nextLookUpAt, silentSince]).toEqual([null, null, null]);
          if (state === 'submitting') expect(leaseUntil).not.toBeNull();
          if (state !== 'unknown') continue;
          expect(unknownSince).not.toBeNull();
          expect(nextLookUpAt !== null).toBe(settlesBy === 'look-up');
        }
      }),
    );
  });

  test('the same evidence in every order, up to seven events, ends in the same state', () => {
    const inTwoOrders = (events: readonly Happening[]) =>
      fc.record({
        one: fc.shuffledSubarray([...events], { minLength: events.length }),
        other: fc.shuffledSubarray([...events], { minLength: events.length }),
      });
    const seven = truths.chain((truth) =>
      fc
        .oneof(
          fc.array(fc.oneof(told, evidence(truth)), { minLength: 1, maxLength: 7 }),
          // Once a later write has succeeded, what the provider shows is no evidence of this one: only its own answer is.
          fc.array(fc.oneof(told, superseded, evidence(truth, ['answer'])), { minLength: 1, maxLength: 7 }),
        )
        .chain(inTwoOrders),
    );
    const endOf = (events: readonly Happening[]): Standing['state'] | 'open' => {
      const end = walk(
        recorded(),
        events.map((event) => ({ event, afterMs: 1000 })),
      ).at(-1)?.standing;
      return end === undefined || !isClosed(end) ? 'open' : end.state;
    };
    fc.assert(
      fc.property(seven, ({ one, other }) => {
        expect(endOf(one)).toBe(endOf(other));
      }),
    );
  });

  test('evidence closes it at once, whoever holds the lease and whatever was told before', () => {
    fc.assert(
      fc.property(truths, fc.array(fc.record({ event: told, afterMs: pause }), { maxLength: 20 }), (truth, path) => {
        const standing = walk(recorded(), path).at(-1)?.standing ?? recorded();
        const closed = next(standing, { kind: 'shown', outcome: truth, by: 'answer' }, after(start, 1));
        expect(closed?.state).toBe(truth === 'done' ? 'succeeded' : 'refused');
        expect(closed?.silentMs).toBe(standing.silentMs);
      }),
    );
  });
});

describe('an owner whose lease went to another', () => {
  const lost = next(recorded(), { kind: 'lost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  const first = next(lost, { kind: 'taken', leaseMs }, after(start, 2000)) ?? lost;

  test('cannot take it while the other has it', () => {
    expect(next(first, { kind: 'taken', leaseMs }, after(start, 3000))).toBeNull();
    const early = { ...first, nextLookUpAt: after(start, 9000) };
    expect(next(early, { kind: 'woken' }, after(start, 3000))).toBeNull();
    expect(next({ ...early, leaseUntil: null }, { kind: 'woken' }, after(start, 3000))).not.toBeNull();
    expect(next(recorded(), { kind: 'abandoned' }, after(start, leaseMs - 1))).toBeNull();
  });

  test('is not heard any more, neither as a sender nor as a look-up', () => {
    const second = next(first, { kind: 'taken', leaseMs }, after(start, 2000 + leaseMs)) ?? first;
    expect(second.fence).toBe(first.fence + 1);
    const at = after(start, 50_000);
    for (const showed of ['absent', 'silence', 'unreadable', 'contradiction', 'nothing'] as const) {
      expect(next(second, { kind: 'looked-up', showed, fence: first.fence }, at)).toBeNull();
      expect(next(second, { kind: 'looked-up', showed, fence: second.fence }, at)).not.toBeNull();
    }
    expect(next(recorded(), { kind: 'lost', why: 'no_answer', fence: 2 }, at)).toBeNull();
    const abandoned = next(recorded(), { kind: 'abandoned' }, after(start, leaseMs));
    expect(abandoned).toMatchObject({ state: 'unknown', fence: 2 });
    expect(abandoned && next(abandoned, { kind: 'lost', why: 'unlisted_code', fence: 1 }, at)).toBeNull();
  });
});

describe('a write whose successor succeeded', () => {
  const lost = next(recorded(), { kind: 'lost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  const passed = next(lost, { kind: 'superseded', by: 'later' }, after(start, 1)) ?? lost;

  test('is superseded: neither succeeded nor refused, and nobody asks for it any more', () => {
    expect(passed).toMatchObject({ state: 'superseded', supersededBy: 'later', settledBy: null, settledAt: null });
    fc.assert(
      fc.property(fc.oneof(told, superseded, evidence('done', ['look-up', 'callback', 'list'])), pause, (event, ms) => {
        expect(next(passed, event, after(start, ms))).toBeNull();
      }),
    );
    expect(next(passed, word('refused'), after(start, 2))).toBeNull();
  });

  test('is told by the answer to its own call, however late', () => {
    const answer = { kind: 'shown', outcome: 'refused', by: 'answer' } as const;
    expect(next(passed, answer, after(start, 2))).toMatchObject({ state: 'refused', settledBy: 'answer' });
  });

  test('is not superseded while its sender is still at it', () => {
    expect(next(recorded(), { kind: 'superseded', by: 'later' }, after(start, 1))).toBeNull();
  });
});

test('a person closes what is unknown, and nothing that is still being sent', () => {
  expect(next(recorded(), word('refused'), after(start, 1))).toBeNull();
  const lost = next(recorded('person'), { kind: 'lost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  expect(next(lost, word('refused'), after(start, 1))).toMatchObject({ state: 'refused', settledBy: 'person' });
});

describe('the schedule of look-ups', () => {
  test('is 2, 5, 15, 30, 60 s, then doubling to 15 min', () => {
    const seconds = Array.from({ length: 12 }, (_, index) => lookUpDelayMs(index) / 1000);
    expect(seconds).toEqual([2, 5, 15, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
    expect(lookUpDelayMs(1e6)).toBe(900_000);
  });

  /** A provider that is away at times, and shows the write from `shownAfterMs` on; null for never. */
  interface World {
    readonly outages: readonly { readonly fromMs: number; readonly untilMs: number }[];
    readonly shownAfterMs: number | null;
  }

  /** Lives through it on a clock of its own, look-up by look-up, until the write settles or is left to a person. */
  function live({ outages, shownAfterMs }: World) {
    let standing = next(recorded(), { kind: 'lost', why: 'no_answer', fence: 1 }, start) ?? recorded();
    let at = start;
    const asked: number[] = [];
    while (standing.nextLookUpAt !== null) {
      at = standing.nextLookUpAt;
      const ms = at.getTime() - start.getTime();
      asked.push(ms);
      standing = next(standing, { kind: 'taken', leaseMs }, at) ?? standing;
      const isAway = outages.some(({ fromMs, untilMs }) => ms >= fromMs && ms < untilMs);
      const isShown = !isAway && shownAfterMs !== null && ms >= shownAfterMs;
      const event: Happening = isShown
        ? { kind: 'shown', outcome: 'done', by: 'look-up' }
        : { kind: 'looked-up', showed: isAway ? 'silence' : 'absent', fence: standing.fence };
      standing = next(standing, event, at) ?? standing;
    }
    return { standing, asked, endedMs: at.getTime() - start.getTime() };
  }

  test.each([1, 5, 59, 600, 3600, 86_400, 3 * 86_400])(
    'finds within 60 s of its recovery what a provider did that was away for %i s',
    (seconds) => {
      const untilMs = seconds * 1000;
      const { standing, asked, endedMs } = live({ outages: [{ fromMs: 0, untilMs }], shownAfterMs: 0 });
      expect(standing).toMatchObject({ state: 'succeeded', settledBy: 'look-up' });
      expect(endedMs - untilMs).toBeLessThanOrEqual(60_000);
      const gaps = asked.slice(1).map((ms, index) => ms - (asked[index] ?? 0));
      expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(30_000);
    },
  );

  test('does so for outages of any length and begin that it meets, and never leaves such a write to a person', () => {
    const outage = fc.record({
      fromMs: fc.integer({ min: 0, max: 1_800_000 }),
      lastsMs: fc.integer({ min: 1000, max: 3 * 86_400_000 }),
    });
    fc.assert(
      fc.property(outage, ({ fromMs, lastsMs }) => {
        const untilMs = fromMs + lastsMs;
        // It answers that it has no such thing until it goes away, and has it when it is back.
        const { standing, asked, endedMs } = live({ outages: [{ fromMs, untilMs }], shownAfterMs: untilMs });
        expect(standing.state).toBe('succeeded');
        const metIt = asked.some((ms) => ms >= fromMs && ms < untilMs);
        if (metIt) expect(endedMs - untilMs).toBeLessThanOrEqual(30_000);
      }),
      { numRuns: 20 },
    );
  });

  test('ends after 72 h of "absent": then a person must find out', () => {
    const { standing, endedMs } = live({ outages: [], shownAfterMs: null });
    expect(standing).toMatchObject({ state: 'unknown', settlesBy: 'person', nextLookUpAt: null });
    expect(endedMs).toBeGreaterThanOrEqual(askedForMs);
    expect(endedMs).toBeLessThan(askedForMs + 900_000);
  });

  test('is not used up by silence, however long, and not by the first answer after it', () => {
    const day = 86_400_000;
    const outages = [{ fromMs: 0, untilMs: 3 * day }];
    const { standing, endedMs } = live({ outages, shownAfterMs: null });
    expect(standing.settlesBy).toBe('person');
    expect(endedMs).toBeGreaterThan(3 * day + askedForMs - 60_000);
    // What the provider shows only a while after it is back is still found.
    expect(live({ outages, shownAfterMs: 4 * day }).standing.state).toBe('succeeded');
  });

  test('begins anew once silence ends: what is just back may have to catch up', () => {
    const outages = [{ fromMs: 3_600_000, untilMs: 7_200_000 }];
    const { asked } = live({ outages, shownAfterMs: 10_000_000 });
    const back = asked.findIndex((ms) => ms >= 7_200_000);
    const gaps = asked.slice(back, back + 6).map((ms, index) => ((asked[back + index + 1] ?? 0) - ms) / 1000);
    expect(gaps).toEqual([5, 15, 30, 60, 120, 240]);
  });

  test('begins anew for a write that another one wakes, and it is asked for at once', () => {
    const standing = {
      ...recorded(),
      state: 'unknown',
      leaseUntil: null,
      lookUps: 12,
      nextLookUpAt: after(start, 900_000),
    } as const;
    const woken = next(standing, { kind: 'woken' }, after(start, 1000));
    expect(woken).toMatchObject({ lookUps: 0, nextLookUpAt: after(start, 1000) });
  });
});
