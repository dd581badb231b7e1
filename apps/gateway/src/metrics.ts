import type { ExchangeReport } from '@card-gateway/adapter-kit';
import { toPublicId } from '@card-gateway/core';
import type { Pool } from 'pg';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Accounts } from './accounts/accounts.ts';
import type { CircuitStatus } from './accounts/circuit.ts';
import { type DestinationLag, destinationLags } from './measured/destination-lag-store.ts';
import type { EventTail } from './event-tail.ts';
import type { QueuePulse } from './pulse.ts';
import { standbyCounts } from './measured/standby-store.ts';
import type { Unrecorded } from './unrecorded.ts';
import { type UnresolvedCount, unresolvedCounts } from './measured/unresolved-store.ts';
import { oldestUnsequenced } from './measured/unsequenced-store.ts';
import { build } from './version.ts';

/** What is measured at scrape time. */
export interface Measured {
  readonly pool: Pool;
  readonly database: { fault(): string | null };
  readonly pulse: QueuePulse;
  readonly eventTail: EventTail;
  readonly accounts: Accounts;
  readonly unrecorded: Unrecorded;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * The process's Prometheus metrics. A label is the name of an account or an operation, a status or one of a few words, or the id
 * of one of the few event destinations, never another id or part of a request: so cardinality is bounded, and no one can be
 * identified.
 */
export interface Metrics {
  /** Also measures this process's event loop, heap and garbage collection; call once per process. */
  collectProcess(): void;
  requestAnswered(answer: { readonly operation: string; readonly status: number; readonly seconds: number }): void;
  providerCalled(account: string, report: ExchangeReport): void;
  readonly callbackCounter: Counter<'account' | 'result'>;
  /** Attempts to post events, by what came of them. */
  readonly deliveryCounter: Counter<'result'>;
  /** Requests that wait for events. */
  readonly waitingReaders: Gauge;
  /** Rows removed by retention. */
  readonly retentionCounter: Counter<'kind'>;
  /** All metrics as text. Queries the database at most once every few seconds. */
  text(measured: Measured): Promise<{ readonly type: string; readonly text: string }>;
}

/** Seconds: from an answer out of our own records to one that used all of its time. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

const circuits: readonly CircuitStatus[] = ['closed', 'open', 'half-open'];

/** A role without pg_read_all_stats sees every state as `hidden`. */
const standbyStates = ['sync', 'quorum', 'potential', 'async', 'hidden'] as const;

const destinationStatuses: readonly DestinationLag['status'][] = ['active', 'failing', 'disabled'];

/** Milliseconds for which database counts are reused. */
const countsMaxAgeMs = 2000;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'gateway_http_request_duration_seconds',
    help: 'Requests answered, by operation and HTTP status.',
    labelNames: ['operation', 'status'],
    buckets,
    registers,
  });
  const calls = new Histogram({
    name: 'gateway_provider_call_duration_seconds',
    help: 'Requests sent to providers: result is the HTTP status class, not_sent or lost.',
    labelNames: ['account', 'operation', 'result'],
    buckets,
    registers,
  });
  const callbackCounter = new Counter({
    name: 'gateway_callbacks_total',
    help: 'Callbacks received, by result.',
    labelNames: ['account', 'result'],
    registers,
  });
  const deliveryCounter = new Counter({
    name: 'gateway_event_deliveries_total',
    help: 'Attempts to post events to destinations, by result.',
    labelNames: ['result'],
    registers,
  });
  const retentionCounter = new Counter({
    name: 'gateway_retention_removed_total',
    help: 'Rows, or values in them, that retention removed, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers });
  const inFlight = gauge('gateway_account_calls_in_flight', 'In-flight calls at an account.', ['account']);
  const queued = gauge('gateway_account_calls_queued', 'Calls queued for a slot at an account.', ['account']);
  const circuit = gauge('gateway_account_circuit', '1 for the current state of the circuit.', ['account', 'state']);
  const unknown = gauge('gateway_operations_unknown', 'Writes with an unknown outcome.', ['account']);
  const person = gauge('gateway_operations_waiting_for_person', 'Unknown writes that only a person can resolve.', [
    'account',
  ]);
  const oldest = gauge('gateway_operations_unknown_oldest_seconds', 'Age of the oldest unknown write.', ['account']);
  const database = gauge(
    'gateway_database_up',
    '1 while the database accepts writes; at 0 the counts of writes are missing.',
    [],
  );
  const standbys = gauge('gateway_database_standbys', 'Standbys of the database, by pg_stat_replication.sync_state.', [
    'state',
  ]);
  const unrecorded = gauge('gateway_outcomes_unrecorded', 'Outcomes that this process could not record yet.', []);
  const pollAge = gauge('gateway_queue_poll_age_seconds', 'Seconds since the job queue last polled for jobs.', []);
  const jobAge = gauge('gateway_queue_job_age_seconds', 'Seconds since a job last ended, or since the start.', []);
  const restarts = gauge('gateway_queue_restarts', 'Restarts of the job queue after a failure.', []);
  const { version, commit } = build;
  gauge('gateway_build_info', '1, labelled with the running build.', ['version', 'commit']).set(
    { version, commit: commit ?? '' },
    1,
  );
  const waitingReaders = gauge('gateway_events_waiting_readers', 'Requests that wait for events.', []);
  const position = gauge(
    'gateway_events_position',
    'Position of the last event in the feed, as this process knows it.',
    [],
  );
  const lag = gauge(
    'gateway_events_lag_seconds',
    'Age of the oldest committed event that has no position yet; 0 without one.',
    [],
  );
  const destinations = {
    events: gauge('gateway_event_destination_lag_events', 'Positions of the log that a destination has not passed.', [
      'destination',
    ]),
    seconds: gauge(
      'gateway_event_destination_lag_seconds',
      'Age of the next event that a destination has not passed.',
      ['destination'],
    ),
    undelivered: gauge(
      'gateway_event_destination_undelivered',
      'Events that a destination has passed and that wait for another attempt, or behind one that does.',
      ['destination'],
    ),
    oldest: gauge(
      'gateway_event_destination_oldest_undelivered_seconds',
      'Age of the oldest event that a destination has not got.',
      ['destination'],
    ),
    status: gauge('gateway_event_destination_status', '1 for the current status of the destination.', [
      'destination',
      'status',
    ]),
  };
  const count = oncePerPeriod(async (pool: Pool) => {
    const [unresolved, standbys, unsequencedSince, lags] = await Promise.all([
      unresolvedCounts(pool),
      standbyCounts(pool),
      oldestUnsequenced(pool),
      destinationLags(pool),
    ]);
    return { unresolved, standbys, unsequencedSince, lags };
  });

  function setLoads({ accounts }: Pick<Measured, 'accounts'>): void {
    for (const account of accounts.all) {
      const load = account.load();
      inFlight.set({ account: account.name }, load.inFlight);
      queued.set({ account: account.name }, load.queued);
      for (const state of circuits) circuit.set({ account: account.name, state }, load.circuit === state ? 1 : 0);
    }
  }

  function setUnresolved(
    { accounts, now }: Pick<Measured, 'accounts' | 'now'>,
    counts: readonly UnresolvedCount[] | null,
  ): void {
    // An account that is no longer configured may still have unknown writes.
    for (const gauge of [unknown, person, oldest]) gauge.reset();
    if (counts === null) return;
    for (const { name: account } of accounts.all) {
      for (const gauge of [unknown, person, oldest]) gauge.set({ account }, 0);
    }
    for (const count of counts) {
      const { account } = count;
      unknown.set({ account }, count.unknown);
      person.set({ account }, count.waitingForPerson);
      oldest.set({ account }, Math.max(0, (now() - count.oldestUnknownSince.getTime()) / 1000));
    }
  }

  function setDestinations(now: () => number, lags: readonly DestinationLag[] | null): void {
    for (const each of Object.values(destinations)) each.reset();
    const ageOf = (at: Date | null): number => (at === null ? 0 : Math.max(0, (now() - at.getTime()) / 1000));
    for (const { id, status, events, undelivered, eventCreatedAt, oldestAt } of lags ?? []) {
      const destination = toPublicId('destination', id);
      destinations.events.set({ destination }, events);
      destinations.seconds.set({ destination }, ageOf(eventCreatedAt));
      destinations.undelivered.set({ destination }, undelivered);
      destinations.oldest.set({ destination }, ageOf(oldestAt));
      for (const each of destinationStatuses)
        destinations.status.set({ destination, status: each }, each === status ? 1 : 0);
    }
  }

  function setStandbys(counts: ReadonlyMap<string, number> | null): void {
    standbys.reset();
    if (counts === null) return;
    for (const state of standbyStates) standbys.set({ state }, 0);
    for (const [state, count] of counts) standbys.set({ state }, count);
  }

  function setEvents({ eventTail, now }: Pick<Measured, 'eventTail' | 'now'>, since: Date | null | undefined): void {
    position.set(Math.max(0, eventTail.end - 1));
    lag.reset();
    if (since === undefined) return;
    lag.set(since === null ? 0 : Math.max(0, (now() - since.getTime()) / 1000));
  }

  function setQueue({ pulse }: Pick<Measured, 'pulse'>): void {
    const figures = pulse.figures();
    if (figures === null) return;
    pollAge.set(figures.pollAge);
    jobAge.set(figures.jobAge);
    restarts.set(figures.restarts);
  }

  return {
    collectProcess: () => collectDefaultMetrics({ register: registry }),
    requestAnswered: ({ operation, status, seconds }) => requests.observe({ operation, status }, seconds),
    providerCalled: (account, { operation, durationMs, result, httpStatus }) =>
      calls.observe(
        { account, operation, result: httpStatus === null ? result : `${Math.floor(httpStatus / 100)}xx` },
        durationMs / 1000,
      ),
    callbackCounter,
    deliveryCounter,
    waitingReaders,
    retentionCounter,
    text: async (measured) => {
      setLoads(measured);
      setQueue(measured);
      const isUp = measured.database.fault() === null;
      database.set(isUp ? 1 : 0);
      const counts = isUp ? await count(measured.pool).catch(() => null) : null;
      setUnresolved(measured, counts?.unresolved ?? null);
      setStandbys(counts?.standbys ?? null);
      setEvents(measured, counts?.unsequencedSince);
      setDestinations(measured.now, counts?.lags ?? null);
      unrecorded.set(measured.unrecorded.count());
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Calls `ask` at most once at a time and once per {@link countsMaxAgeMs}; meanwhile answers what it answered last. */
function oncePerPeriod<Question, T>(ask: (question: Question) => Promise<T>): (question: Question) => Promise<T> {
  let last: { answeredAt: number; readonly answer: Promise<T> } | null = null;
  return (question) => {
    if (last !== null && performance.now() - last.answeredAt <= countsMaxAgeMs) return last.answer;
    const asked = { answeredAt: Infinity, answer: ask(question) };
    const answered = (): void => void (asked.answeredAt = performance.now());
    void asked.answer.then(answered, answered);
    last = asked;
    return asked.answer;
  };
}
