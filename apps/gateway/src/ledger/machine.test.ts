import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedForMs, type WriteEvent, lookUpDelayMs, transition, type WriteState } from './machine.ts';

const start = new Date('2026-11-22T10:00:00Z');
const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const leaseMs = 45_000;

const recorded = (resolvesBy: 'look-up' | 'person' = 'look-up'): WriteState => ({
  state: 'submitting',
  fence: 1,
  leaseUntil: after(start, leaseMs),
  resolvesBy,
  unknownBecause: null,
  unknownSince: null,
  lookUps: 0,
  nextLookUpAt: null,
  silentSince: null,
  silentMs: 0,
  resolvedBy: null,
  resolvedAt: null,
  supersededBy: null,
});

/** The truth at the provider: the write happened, or it did not. No evidence contradicts it. */
type Truth = 'done' | 'refused';
type Step = { readonly event: WriteEvent; readonly afterMs: number };

const fences = fc.integer({ min: 0, max: 6 });
const showed = fc.constantFrom('absent', 'silence', 'unreadable', 'contradiction', 'nothing');
const told: fc.Arbitrary<WriteEvent> = fc.oneof(
  fc.record({ kind: fc.constant('answerLost'), why: fc.constantFrom('no_answer', 'unlisted_code'), fence: fences }),
  fc.constant({ kind: 'leaseExpired' } as const),
  fc.record({ kind: fc.constant('lookUpStarted'), leaseMs: fc.constantFrom(1, leaseMs) }),
  fc.record({ kind: fc.constant('lookUpFinished'), showed, fence: fences }),
  fc.constant({ kind: 'providerRecovered' } as const),
);
const superseded = fc.constant({ kind: 'superseded', by: 'a later write' } as const);
const evidence = (
  truth: Truth,
  by: readonly ('answer' | 'look-up' | 'callback' | 'list')[] = ['answer', 'look-up', 'callback', 'list'],
): fc.Arbitrary<WriteEvent> =>
  fc.record({ kind: fc.constant('evidenceSeen'), outcome: fc.constant(truth), by: fc.constantFrom(...by) });
const word = (truth: Truth): WriteEvent => ({ kind: 'resolved', outcome: truth });
const pause = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 }), fc.constant(askedForMs));

/** Events of every kind in any order and number, of one truth. */
const steps = (truth: Truth): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({ event: fc.oneof(told, told, superseded, evidence(truth), fc.constant(word(truth))), afterMs: pause }),
    {
      maxLength: 40,
    },
  );

/** All writes from the record on, each event at its own time; an event that changes nothing leaves the one before. */
function walk(from: WriteState, path: readonly Step[]): { readonly write: WriteState; readonly at: Date }[] {
  let at = start;
  let write = from;
  return path.map(({ event, afterMs }) => {
    at = after(at, afterMs);
    write = transition(write, event, at) ?? write;
    return { write, at };
  });
}

const rank = { submitting: 0, unknown: 1, superseded: 2, succeeded: 3, refused: 3 } as const;
const isClosed = ({ state }: WriteState): boolean => rank[state] === 3;
const truths = fc.constantFrom<Truth>('done', 'refused');
const resolvers = fc.constantFrom('look-up' as const, 'person' as const);

describe('whatever happens to a write, in whatever order and however often', () => {
  const any = truths.chain((truth) => fc.record({ truth: fc.constant(truth), path: steps(truth), by: resolvers }));

  test('its state never goes back, and a closed one never changes', () => {
    fc.assert(
      fc.property(any, ({ path, by }) => {
        let before = recorded(by);
        for (const { write } of walk(before, path)) {
          expect(rank[write.state]).toBeGreaterThanOrEqual(rank[before.state]);
          expect(write.fence).toBeGreaterThanOrEqual(before.fence);
          if (isClosed(before)) expect(write).toBe(before);
          before = write;
        }
      }),
    );
  });

  test('only what the provider said, or a person, closes it: never silence, absence, age or a process that is gone', () => {
    fc.assert(
      fc.property(any, ({ path, truth, by }) => {
        let before = recorded(by);
        for (const [index, { write }] of walk(before, path).entries()) {
          const event = path[index]?.event;
          if (isClosed(write) && !isClosed(before)) {
            expect(['evidenceSeen', 'resolved']).toContain(event?.kind);
            expect(write.state).toBe(truth === 'done' ? 'succeeded' : 'refused');
            expect(write.resolvedBy).toBe(event?.kind === 'evidenceSeen' ? event.by : 'person');
          }
          before = write;
        }
      }),
    );
  });

  test('it is always in a form that the database takes, and what is unknown waits for something', () => {
    fc.assert(
      fc.property(any, ({ path, by }) => {
        for (const { write } of walk(recorded(by), path)) {
          const { state, leaseUntil, resolvesBy, nextLookUpAt, silentSince, silentMs, unknownSince } = write;
          expect((write.resolvedAt !== null && write.resolvedBy !== null) === isClosed(write)).toBe(true);
          expect(silentMs).toBeGreaterThanOrEqual(0);
          expect(state === 'superseded').toBe(write.supersededBy !== null && !isClosed(write));
          if (rank[state] > 1) expect([leaseUntil, nextLookUpAt, silentSince]).toEqual([null, null, null]);
          if (state === 'submitting') expect(leaseUntil).not.toBeNull();
          if (state !== 'unknown') continue;
          expect(unknownSince).not.toBeNull();
          expect(nextLookUpAt !== null).toBe(resolvesBy === 'look-up');
        }
      }),
    );
  });

  test('the same evidence in every order, up to seven events, ends in the same state', () => {
    const inTwoOrders = (events: readonly WriteEvent[]) =>
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
    const endOf = (events: readonly WriteEvent[]): WriteState['state'] | 'open' => {
      const end = walk(
        recorded(),
        events.map((event) => ({ event, afterMs: 1000 })),
      ).at(-1)?.write;
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
        const write = walk(recorded(), path).at(-1)?.write ?? recorded();
        const closed = transition(write, { kind: 'evidenceSeen', outcome: truth, by: 'answer' }, after(start, 1));
        expect(closed?.state).toBe(truth === 'done' ? 'succeeded' : 'refused');
        expect(closed?.silentMs).toBe(write.silentMs);
      }),
    );
  });
});

describe('an owner whose lease went to another', () => {
  const lost = transition(recorded(), { kind: 'answerLost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  const first = transition(lost, { kind: 'lookUpStarted', leaseMs }, after(start, 2000)) ?? lost;

  test('cannot take it while the other has it', () => {
    expect(transition(first, { kind: 'lookUpStarted', leaseMs }, after(start, 3000))).toBeNull();
    const early = { ...first, nextLookUpAt: after(start, 9000) };
    expect(transition(early, { kind: 'providerRecovered' }, after(start, 3000))).toBeNull();
    expect(
      transition({ ...early, leaseUntil: null }, { kind: 'providerRecovered' }, after(start, 3000)),
    ).not.toBeNull();
    expect(transition(recorded(), { kind: 'leaseExpired' }, after(start, leaseMs - 1))).toBeNull();
  });

  test('is not heard any more, neither as a sender nor as a look-up', () => {
    const second = transition(first, { kind: 'lookUpStarted', leaseMs }, after(start, 2000 + leaseMs)) ?? first;
    expect(second.fence).toBe(first.fence + 1);
    const at = after(start, 50_000);
    for (const showed of ['absent', 'silence', 'unreadable', 'contradiction', 'nothing'] as const) {
      expect(transition(second, { kind: 'lookUpFinished', showed, fence: first.fence }, at)).toBeNull();
      expect(transition(second, { kind: 'lookUpFinished', showed, fence: second.fence }, at)).not.toBeNull();
    }
    expect(transition(recorded(), { kind: 'answerLost', why: 'no_answer', fence: 2 }, at)).toBeNull();
    const abandoned = transition(recorded(), { kind: 'leaseExpired' }, after(start, leaseMs));
    expect(abandoned).toMatchObject({ state: 'unknown', fence: 2 });
    expect(abandoned && transition(abandoned, { kind: 'answerLost', why: 'unlisted_code', fence: 1 }, at)).toBeNull();
  });
});

describe('a write whose successor succeeded', () => {
  const lost = transition(recorded(), { kind: 'answerLost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  const passed = transition(lost, { kind: 'superseded', by: 'later' }, after(start, 1)) ?? lost;

  test('is superseded: neither succeeded nor refused, and nobody asks for it any more', () => {
    expect(passed).toMatchObject({ state: 'superseded', supersededBy: 'later', resolvedBy: null, resolvedAt: null });
    fc.assert(
      fc.property(fc.oneof(told, superseded, evidence('done', ['look-up', 'callback', 'list'])), pause, (event, ms) => {
        expect(transition(passed, event, after(start, ms))).toBeNull();
      }),
    );
    expect(transition(passed, word('refused'), after(start, 2))).toBeNull();
  });

  test('is told by the answer to its own call, however late', () => {
    const answer = { kind: 'evidenceSeen', outcome: 'refused', by: 'answer' } as const;
    expect(transition(passed, answer, after(start, 2))).toMatchObject({ state: 'refused', resolvedBy: 'answer' });
  });

  test('is not superseded while its sender is still at it', () => {
    expect(transition(recorded(), { kind: 'superseded', by: 'later' }, after(start, 1))).toBeNull();
  });
});

test('a person closes what is unknown, and nothing that is still being sent', () => {
  expect(transition(recorded(), word('refused'), after(start, 1))).toBeNull();
  const lost = transition(recorded('person'), { kind: 'answerLost', why: 'no_answer', fence: 1 }, start) ?? recorded();
  expect(transition(lost, word('refused'), after(start, 1))).toMatchObject({ state: 'refused', resolvedBy: 'person' });
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

  /** Lives through it on a clock of its own, look-up by look-up, until the write resolves or is left to a person. */
  function live({ outages, shownAfterMs }: World) {
    let write = transition(recorded(), { kind: 'answerLost', why: 'no_answer', fence: 1 }, start) ?? recorded();
    let at = start;
    const asked: number[] = [];
    while (write.nextLookUpAt !== null) {
      at = write.nextLookUpAt;
      const ms = at.getTime() - start.getTime();
      asked.push(ms);
      write = transition(write, { kind: 'lookUpStarted', leaseMs }, at) ?? write;
      const isAway = outages.some(({ fromMs, untilMs }) => ms >= fromMs && ms < untilMs);
      const isShown = !isAway && shownAfterMs !== null && ms >= shownAfterMs;
      const event: WriteEvent = isShown
        ? { kind: 'evidenceSeen', outcome: 'done', by: 'look-up' }
        : { kind: 'lookUpFinished', showed: isAway ? 'silence' : 'absent', fence: write.fence };
      write = transition(write, event, at) ?? write;
    }
    return { write, asked, endedMs: at.getTime() - start.getTime() };
  }

  test.each([1, 5, 59, 600, 3600, 86_400, 3 * 86_400])(
    'finds within 60 s of its recovery what a provider did that was away for %i s',
    (seconds) => {
      const untilMs = seconds * 1000;
      const { write, asked, endedMs } = live({ outages: [{ fromMs: 0, untilMs }], shownAfterMs: 0 });
      expect(write).toMatchObject({ state: 'succeeded', resolvedBy: 'look-up' });
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
        const { write, asked, endedMs } = live({ outages: [{ fromMs, untilMs }], shownAfterMs: untilMs });
        expect(write.state).toBe('succeeded');
        const metIt = asked.some((ms) => ms >= fromMs && ms < untilMs);
        if (metIt) expect(endedMs - untilMs).toBeLessThanOrEqual(30_000);
      }),
      { numRuns: 20 },
    );
  });

  test('ends after 72 h of "absent": then a person must find out', () => {
    const { write, endedMs } = live({ outages: [], shownAfterMs: null });
    expect(write).toMatchObject({ state: 'unknown', resolvesBy: 'person', nextLookUpAt: null });
    expect(endedMs).toBeGreaterThanOrEqual(askedForMs);
    expect(endedMs).toBeLessThan(askedForMs + 900_000);
  });

  test('is not used up by silence, however long, and not by the first answer after it', () => {
    const day = 86_400_000;
    const outages = [{ fromMs: 0, untilMs: 3 * day }];
    const { write, endedMs } = live({ outages, shownAfterMs: null });
    expect(write.resolvesBy).toBe('person');
    expect(endedMs).toBeGreaterThan(3 * day + askedForMs - 60_000);
    // A write that the provider shows only some time after its recovery is still found.
    expect(live({ outages, shownAfterMs: 4 * day }).write.state).toBe('succeeded');
  });

  test('begins anew once silence ends: what is just back may have to catch up', () => {
    const outages = [{ fromMs: 3_600_000, untilMs: 7_200_000 }];
    const { asked } = live({ outages, shownAfterMs: 10_000_000 });
    const back = asked.findIndex((ms) => ms >= 7_200_000);
    const gaps = asked.slice(back, back + 6).map((ms, index) => ((asked[back + index + 1] ?? 0) - ms) / 1000);
    expect(gaps).toEqual([5, 15, 30, 60, 120, 240]);
  });

  test('begins anew for a write that another one wakes, and it is asked for at once', () => {
    const write = {
      ...recorded(),
      state: 'unknown',
      leaseUntil: null,
      lookUps: 12,
      nextLookUpAt: after(start, 900_000),
    } as const;
    const woken = transition(write, { kind: 'providerRecovered' }, after(start, 1000));
    expect(woken).toMatchObject({ lookUps: 0, nextLookUpAt: after(start, 1000) });
  });
});
