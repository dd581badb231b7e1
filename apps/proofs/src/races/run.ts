import { randomUUID } from 'node:crypto';
import { type Answer, type Connection, openConnection, requestText } from '../bench/connection.ts';
import type { Effects } from '../bench/effects.ts';
import { call } from '../bench/target.ts';
import { installRace, type RaceInstallation } from './installation.ts';
import type { RaceOptions } from './options.ts';

export interface RaceReport {
  readonly options: RaceOptions;
  /** Answers by what they say. */
  readonly answers: ReadonlyMap<string, number>;
  /** Races with an answer that is not allowed, in words; at most {@link mostFaults}. */
  readonly faults: readonly string[];
  /** Cards that the provider issued. */
  readonly effects: number;
  readonly deadlocks: number;
}

const mostFaults = 20;
/** Races at once. */
const volley = 10;

/** Each of these is a connection: an order of one body, of `same`, or of the other. */
const racers: readonly { readonly gateway: 0 | 1; readonly body: 'same' | 'other' }[] = [
  { gateway: 0, body: 'same' },
  { gateway: 0, body: 'same' },
  { gateway: 0, body: 'other' },
  { gateway: 1, body: 'same' },
  { gateway: 1, body: 'same' },
  { gateway: 1, body: 'other' },
];

/**
 * Orders cards, each order sent several times at once to two gateway processes with one key, and with another body too. The
 * provider counts what it did.
 */
export async function runRaces(
  options: RaceOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<RaceReport> {
  await using undo = new AsyncDisposableStack();
  const place = await installRace(options.mutation, shipped, undo);
  const { ports, providerPort } = place;
  const connections = await Promise.all(
    Array.from({ length: volley }, () => Promise.all(racers.map(({ gateway }) => openConnection(ports[gateway])))),
  );
  undo.defer(() => {
    for (const connection of connections.flat()) connection.close();
  });
  say('two gateways listen');
  const takeEffects = (): Promise<Effects> => call<Effects>(providerPort, 200, 'GET', '/effects', {});
  await takeEffects();

  const answers = new Map<string, number>();
  const faults: string[] = [];
  const ids = new Set<string>();
  let repeated = 0;
  let effects = 0;
  for (let run = 0; run < options.races; run += volley) {
    signal.throwIfAborted();
    const lanes = connections.slice(0, options.races - run);
    const races = await raceAll(place, lanes, run);
    for (const { told, fault, id } of races) {
      for (const one of told) answers.set(one, (answers.get(one) ?? 0) + 1);
      const shared = id !== null && ids.has(id) ? 'another key has the same card' : null;
      if (id !== null) ids.add(id);
      const found = fault ?? shared;
      if (found !== null && faults.length < mostFaults) faults.push(found);
    }
    const taken = await takeEffects();
    effects += taken.effects;
    repeated += taken.repeated;
    if (run % 1000 === 0 && run > 0) say(`${run} races, ${effects} cards`);
  }
  if (repeated > 0) faults.push(`${repeated} references reached the provider twice`);
  if (effects !== options.races) faults.push(`${options.races} keys, and ${effects} cards at the provider`);
  const { operations, cards, deadlocks } = await place.count();
  for (const [what, count] of Object.entries({ operations, cards })) {
    if (count !== options.races) faults.push(`${options.races} keys, and ${count} ${what} in the database`);
  }
  if (deadlocks > 0) faults.push(`${deadlocks} deadlocks`);
  return { options, answers, faults, effects, deadlocks };
}

interface Race {
  /** What each answer said. */
  readonly told: readonly string[];
  readonly fault: string | null;
  /** The card; null if no answer had one. */
  readonly id: string | null;
}

/** Sends all requests in one turn: the first gateway meets the keys in another order than the second. */
function raceAll(place: RaceInstallation, lanes: readonly (readonly Connection[])[], run: number): Promise<Race[]> {
  const races = lanes.map((lane, index) => ({ lane, requests: requestsOf(place, run + index) }));
  const toGateway =
    (wanted: 0 | 1) =>
    ({ lane, requests }: (typeof races)[number]): Promise<Answer>[] =>
      lane.flatMap((connection, at) =>
        racers[at]?.gateway === wanted ? [connection.exchange(requests[at] ?? '')] : [],
      );
  const toOne = races.map(toGateway(0));
  const toOther = races.toReversed().map(toGateway(1)).toReversed();
  return Promise.all(
    races.map(async ({ lane, requests }, index) => {
      const first = await Promise.all([...(toOne[index] ?? []), ...(toOther[index] ?? [])]);
      // When all have their answers, the key has its card, whichever gateway is asked.
      const again = lane.slice(2, 4).map((connection, at) => connection.exchange(requests[at + 2] ?? ''));
      return judge(first, await Promise.all(again));
    }),
  );
}

/** The requests of one race; by turns either account's order is the one that most of them send. */
function requestsOf({ headers, orders }: RaceInstallation, number: number): readonly string[] {
  const key = { 'idempotency-key': randomUUID() };
  const accounts = ['keysecure', 'keysecure-20'] as const;
  return racers.map(({ body }) => {
    const account = accounts[(number + (body === 'same' ? 0 : 1)) % 2] ?? 'keysecure';
    const order = { account, ...orders[account], form: 'virtual' };
    return requestText('POST', '/v1/cards', { ...headers, ...key }, order);
  });
}

interface Told {
  readonly status: number;
  readonly text: string;
  readonly id?: string;
  readonly code?: string;
}

const tellOf = ({ status, body }: Answer): Told => {
  const text = body.toString();
  return { ...(JSON.parse(text) as Pick<Told, 'id' | 'code'>), status, text };
};

/**
 * One body wins: its requests get the card or are told that the first is in progress, and the other body's are refused.
 *
 * @param again the two repeats after that: of the other body, then of the same
 */
function judge(first: readonly Answer[], again: readonly Answer[]): Race {
  const all = [...first.map(tellOf), ...again.map(tellOf)];
  const bodies = [...racers.map(({ body }) => body), 'other', 'same'] as const;
  const cards = all.filter(({ status }) => status === 201);
  const told = all.map(({ status, code }) => (code === undefined ? String(status) : `${status} ${code}`));
  const winner = bodies[all.findIndex(({ status }) => status === 201)];
  const isAllowed = told.every((one, index) => {
    if (bodies[index] !== winner) return one === '422 idempotency-key-reused';
    return one === '201' || (index < first.length && one === '409 request-in-progress');
  });
  const isOne = new Set(cards.map(({ text }) => text)).size === 1;
  const fault =
    isAllowed && isOne ? null : `answers to one key: ${told.join(', ')}${isOne ? '' : ', and not of one card'}`;
  return { told, fault, id: cards[0]?.id ?? null };
}

export function isGood({ faults }: RaceReport): boolean {
  return faults.length === 0;
}

export function reportText(report: RaceReport): string {
  const { options, answers, faults, effects } = report;
  const mutation = options.mutation === null ? '' : `, with "${options.mutation}" taken away on purpose`;
  return [
    `${options.races} races of ${racers.length} requests over two processes, each repeated twice${mutation}`,
    `${effects} cards at the provider, ${report.deadlocks} deadlocks`,
    ...[...answers].map(([told, count]) => `  ${told.padEnd(32)} ${count}`),
    ...faults,
    isGood(report) ? 'GOOD' : 'FAILED',
  ].join('\n');
}
