import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@card-gateway/client';
import type { DeliveryRow } from '@card-gateway/sandbox';
import type { DestinationFacts, FollowedEvent } from '../chaos/event-log.ts';
import { postedOf, versionOf } from '../chaos/follow-events.ts';
import { type DestinationFaults, faultsOf } from '../chaos/judge-events.ts';
import { startOneGateway } from '../one-gateway.ts';
import type { DestinationOptions } from './destination-options.ts';
import { addReceiver, type Receiver } from './receiver.ts';
import { addSubjects, openWriter, writeEvents, writtenEvents } from './write-events.ts';

export interface DestinationReport {
  readonly options: DestinationOptions;
  readonly destinations: readonly DestinationResult[];
  /** Milliseconds from an event to its delivery to the healthy destination, alone and beside the others. */
  readonly alone: Spread;
  readonly beside: Spread;
}

export interface DestinationResult extends DestinationFaults {
  readonly name: string;
  readonly events: number;
  readonly posts: number;
}

export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** Events come before either measurement: a new destination is noticed within a second, and then gets all since its creation at once. */
const warmUpSeconds = 2;
/** Events to the healthy destination alone, as a share of those to all three. */
const aloneShare = 0.25;
const faultyShares = { fails: 0.1, hangs: 0.05 };
/** A destination that is dead for fewer seconds would be tried again minutes later: then the next tries are asked for at once. */
const shortDeath = 60;
/**
 * With nothing new for this long, the next tries are asked for, as an operator would, so that a run does not wait for those after 10
 * and 30 minutes. Longer than a destination that was dead for 600 s waits for the try after it is back.
 */
const patienceMs = { afterShortDeath: 60_000, afterLongDeath: 200_000 };
const mostAsked = 5;
const lookEveryMs = 200;
const progressEveryMs = 5000;

/**
 * Posts events to one destination, and then to three: one that is well, one that fails often, and one that is dead for a while.
 */
export async function runDestinations(
  options: DestinationOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<DestinationReport> {
  await using undo = new AsyncDisposableStack();
  const { url, apiKey, ownerUrl } = await startOneGateway(shipped, 'events', {}, undo);
  const client = createClient({ baseUrl: url, apiKey, retries: 10 });
  undo.defer(() => client.close());
  const pool = openWriter(ownerUrl, undo);
  const subjects = await addSubjects(pool);
  const isShort = options.dead < shortDeath;
  const patience = isShort ? patienceMs.afterShortDeath : patienceMs.afterLongDeath;

  const warmUp = warmUpSeconds * options.rate;

  const healthy = await addReceiver(client, 'healthy', undo);
  await writeEvents(pool, subjects, { ...options, count: warmUp }, signal);
  const warm = await writtenEvents(pool);
  await awaitAll([[healthy, warm]], patience, signal, say);
  await writeEvents(pool, subjects, { ...options, count: Math.ceil(options.count * aloneShare) }, signal);
  const first = (await writtenEvents(pool)).slice(warm.length);
  await awaitAll([[healthy, [...warm, ...first]]], patience, signal, say);
  const alone = spreadOf(first, await healthy.rows());
  say(`${first.length} events to one destination: ${spreadText(alone)}`);

  const faulty = await addReceiver(client, 'faulty', undo);
  const dead = await addReceiver(client, 'dead', undo);
  await faulty.answer({ status: 500, share: faultyShares.fails });
  await faulty.answer({ answer: 'hang', share: faultyShares.hangs });
  await dead.answer({ answer: 'reset', times: 0 });
  const revive = async (): Promise<void> => {
    await wait(options.dead * 1000, undefined, { signal });
    await dead.clearAnswers();
    say('the dead destination is back');
  };
  const write = async (): Promise<readonly FollowedEvent[]> => {
    await writeEvents(pool, subjects, { ...options, count: warmUp }, signal);
    await writeEvents(pool, subjects, options, signal);
    const written = (await writtenEvents(pool)).slice(warm.length + first.length);
    const spread = spreadOf(written.slice(warmUp), await healthy.rows());
    say(`${written.length} events to three: ${spreadText(spread)} at the healthy one so far`);
    return written;
  };
  const [second] = await Promise.all([write(), revive()]);
  const askAgain = async (): Promise<void> => {
    const body = { after: '2026-01-01T00:00:00Z', onlyFailed: true } as const;
    for (const { id } of [faulty, dead]) await client.replayEvents({ params: { id }, body });
    say('asked for the next tries');
  };
  if (isShort) {
    await faulty.clearAnswers();
    await askAgain();
  }
  const expected: [Receiver, readonly FollowedEvent[]][] = [
    [healthy, [...warm, ...first, ...second]],
    [faulty, second],
    [dead, second],
  ];
  for (let asked = 0; !(await awaitAll(expected, patience, signal, say)) && asked < mostAsked; asked += 1) {
    await askAgain();
  }
  const destinations: DestinationResult[] = [];
  for (const [receiver, events] of expected) {
    const facts = await factsOf(receiver);
    destinations.push({
      ...faultsOf(events, facts),
      name: receiver.name,
      events: events.length,
      posts: facts.posted.length,
    });
  }
  return { options, destinations, alone, beside: spreadOf(second.slice(warmUp), await healthy.rows()) };
}

/** Waits until each receiver has accepted what it is to get; false once nothing has come for as long as the patience. */
async function awaitAll(
  expected: readonly (readonly [Receiver, readonly FollowedEvent[]])[],
  patience: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<boolean> {
  let before = -1;
  let saidAt = performance.now();
  for (let changedAt = performance.now(); performance.now() - changedAt < patience;) {
    const counts = await Promise.all(expected.map(async ([receiver]) => (await receiver.summary()).accepted));
    const sum = counts.reduce((total, count) => total + count, 0);
    // A receiver may have accepted an event twice, so equal counts are not enough; and looking at all of them takes a while.
    const mayHaveAll = expected.every(([, events], at) => (counts[at] ?? 0) >= events.length);
    if (mayHaveAll && (await haveAll(expected))) return true;
    if (sum !== before) changedAt = performance.now();
    before = sum;
    if (performance.now() - saidAt > progressEveryMs) {
      saidAt = performance.now();
      say(`accepted so far: ${counts.join(', ')}`);
    }
    await wait(lookEveryMs, undefined, { signal });
  }
  return false;
}

async function haveAll(expected: readonly (readonly [Receiver, readonly FollowedEvent[]])[]): Promise<boolean> {
  for (const [receiver, events] of expected) {
    if (faultsOf(events, await factsOf(receiver)).lost.length > 0) return false;
  }
  return true;
}

async function factsOf(receiver: Receiver): Promise<DestinationFacts> {
  const { invalid, unchecked } = (await receiver.summary()).verdicts;
  return { posted: postedOf(await receiver.rows()), unsigned: invalid + unchecked };
}

/** From the commit of each event to its first post. */
function spreadOf(events: readonly FollowedEvent[], rows: readonly DeliveryRow[]): Spread {
  const firstPost = new Map<string, number>();
  for (const { subject, version, at } of rows) {
    const name = versionOf({ subject: subject ?? '', version: version ?? 0 });
    if (!firstPost.has(name)) firstPost.set(name, Date.parse(at));
  }
  const waits = events
    .map((event) => (firstPost.get(versionOf(event)) ?? Infinity) - event.writtenAt)
    .toSorted((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(share * (waits.length - 1))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

const spreadText = ({ p50, p99 }: Spread): string => `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;

/** The healthy destination may become slower by this factor beside the others. */
const mostSlowdown = 1.1;

export function isGood({ destinations, alone, beside }: DestinationReport): boolean {
  return isComplete(destinations) && beside.p99 <= mostSlowdown * alone.p99;
}

/** Whether each destination got every event, in order and signed. */
export const isComplete = (destinations: readonly DestinationResult[]): boolean =>
  destinations.every(
    ({ posts, lost, disordered, unsigned }) => posts > 0 && lost.length + disordered.length + unsigned === 0,
  );

export function destinationsText(report: DestinationReport): string {
  const { options, destinations, alone, beside } = report;
  return [
    `${options.count} events, ${options.rate} a second, one destination dead for ${options.dead} s`,
    ...destinations.map(
      ({ name, events, posts, lost, disordered, unsigned }) =>
        `  ${name.padEnd(8)} ${events} events, ${posts} posts; must be 0: ${lost.length} lost, ${disordered.length} out of order, ${unsigned} unsigned`,
    ),
    `the healthy one alone: ${spreadText(alone)}; beside the others: ${spreadText(beside)} (p99 at most ${mostSlowdown} times)`,
    isGood(report) ? 'GOOD' : 'FAILED',
  ].join('\n');
}
