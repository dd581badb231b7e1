import { setTimeout as wait } from 'node:timers/promises';
import { parseWords, readWhole } from '../command-line.ts';
import { openConnection, requestText } from './connection.ts';
import { databaseCpu } from './database-use.ts';
import { WrongAnswer } from './measure.ts';
import { prepare } from './prepare.ts';
import { median } from './report.ts';
import { call, type Target } from './target.ts';

export interface EventsOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Readers that wait while others read cards, which is then measured; 0 to measure the time from commit to reader. */
  readonly waiting: number;
}

const usage = 'Usage: pnpm bench:events [--rate 300] [--seconds 10] [--rounds 3] [--waiting <readers>, then --rate 50]';
const options = {
  rate: { type: 'string' },
  seconds: { type: 'string', default: '10' },
  rounds: { type: 'string', default: '3' },
  waiting: { type: 'string' },
} as const;
const mostOf: Readonly<Record<keyof typeof options, number>> = { rate: 5000, seconds: 600, rounds: 100, waiting: 5000 };

/** @throws UsageError if an argument is invalid */
export function readOptions(words: readonly string[]): EventsOptions {
  const parsed = parseWords(words, options, usage);
  const isWaiting = parsed.waiting !== undefined;
  const given = { ...parsed, rate: parsed.rate ?? (isWaiting ? '50' : '300') };
  const number = (name: keyof typeof options): number =>
    readWhole(name, given[name] ?? '', { most: mostOf[name] }, usage);
  return {
    rate: number('rate'),
    seconds: number('seconds'),
    rounds: number('rounds'),
    waiting: isWaiting ? number('waiting') : 0,
  };
}

interface Page {
  readonly data: readonly { readonly subject: string; readonly data: { readonly providerStatus: string } }[];
  readonly nextCursor: string;
}

/** Commits are as old as their answer; the events of a round have to come within this time. */
const longestMs = 30_000;

/**
 * Changes cards at a steady rate, one per commit, and reads the feed meanwhile: the time from the answer to a commit until the
 * event has reached its reader.
 *
 * @returns Markdown
 * @throws WrongAnswer if an event is missing or comes twice
 */
export async function benchEvents(
  { rate, seconds, rounds }: EventsOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  await using undo = new AsyncDisposableStack();
  const alone = {
    rounds: 1,
    seconds: 1,
    rows: rate * seconds,
    connections: [1],
    works: ['read'],
    against: null,
  } as const;
  const { targets } = await prepare({ ...alone, isAlone: true }, undo, say);
  const target = targets.get('gateway');
  if (target === undefined) throw new Error('The gateway has not started.');
  const lines: string[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    say(`round ${round} of ${rounds}`);
    const before = { service: await target.running.usage(), database: await databaseCpu(target.database) };
    const latencies = await measureRound(target, round, rate, seconds);
    const after = { service: await target.running.usage(), database: await databaseCpu(target.database) };
    const sorted = latencies.toSorted((one, other) => one - other);
    const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);
    const cpu = (after.service.cpuMicros ?? Number.NaN) - (before.service.cpuMicros ?? Number.NaN);
    const figures = [
      sorted.length,
      median(sorted).toFixed(1),
      at(0.99),
      at(1),
      (cpu / sorted.length).toFixed(0),
      (((after.database - before.database) * 1e6) / sorted.length).toFixed(0),
    ];
    if (round > 0) lines.push(`| ${figures.join(' | ')} |`);
  }
  return [
    `${rate} events per second for ${seconds} s, from commit to reader.`,
    '',
    '| Events | p50 ms | p99 ms | Most ms | CPU µs per event, gateway | PostgreSQL |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

async function measureRound(target: Target, round: number, rate: number, seconds: number): Promise<number[]> {
  const { running, headers, database } = target;
  const count = rate * seconds;
  const name = `round ${round}`;
  const committed = new Map<string, number>();
  const arrived = new Map<string, number>();
  const { nextCursor } = await call<Page>(running.port, 200, 'GET', '/v1/events?after=latest', headers);

  const reader = await openConnection(running.port);
  const reading = (async () => {
    const end = performance.now() + seconds * 1000 + longestMs;
    for (let cursor = nextCursor; arrived.size < count && performance.now() < end;) {
      const path = `/v1/events?after=${cursor}&types=card.*&limit=200&wait=5`;
      const answer = await reader.exchange(requestText('GET', path, headers));
      const now = performance.now();
      if (answer.status !== 200)
        throw new WrongAnswer(`The feed was answered with ${answer.status}: ${answer.body.toString()}`);
      const page = JSON.parse(answer.body.toString()) as Page;
      for (const { subject, data } of page.data) {
        if (data.providerStatus !== name) continue;
        if (arrived.has(subject)) throw new WrongAnswer(`${subject} has come twice.`);
        arrived.set(subject, now);
      }
      cursor = page.nextCursor;
    }
  })();

  const begin = performance.now();
  const change = async (n: number): Promise<void> => {
    const id = target.cardId(n);
    await database.query({
      name: 'bench-change',
      text: `UPDATE cards SET provider_status = $2, updated_at = now() WHERE provider_ref = $1`,
      values: [`S${n}`, name],
    });
    committed.set(id, performance.now());
  };
  const changes: Promise<void>[] = [];
  for (let n = 1; n <= count; n += 1) {
    const dueMs = begin + (n * 1000) / rate - performance.now();
    if (dueMs > 1) await wait(dueMs);
    changes.push(change(n));
  }
  await Promise.all(changes);
  try {
    await reading;
  } finally {
    reader.close();
  }
  return [...committed].map(([id, at]) => {
    const then = arrived.get(id);
    if (then === undefined) throw new WrongAnswer(`The event of ${id} has not come.`);
    return then - at;
  });
}
