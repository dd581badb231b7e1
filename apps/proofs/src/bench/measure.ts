import { databaseCpu, walBytes } from './database-use.ts';
import { openConnection } from './connection.ts';
import type { Effects } from './effects.ts';
import { call, type Target } from './target.ts';
import { effectOf, type Work, type WorkName } from './works.ts';

/** One measurement of one service. */
export interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the service's process per request, with background work; null if the system does not report it. */
  readonly cpuMicros: number | null;
  /** CPU time of all processes of PostgreSQL per request; NaN if the system does not report it. */
  readonly databaseCpuMicros: number;
  readonly walBytes: number;
  readonly residentBytes: number | null;
}

/** A service gave a wrong answer, or its effects do not match its answers. The run is void. */
export class WrongAnswer extends Error {}

/** Length of the warm-up before a measurement, as a share of its time. */
const warmUp = 0.2;

/**
 * Sends requests over each connection, one after another, and checks every answer and the number of effects.
 *
 * @throws WrongAnswer
 */
export async function measure(
  {
    name,
    target,
    work,
    providerPort,
  }: {
    readonly name: WorkName;
    readonly target: Target;
    readonly work: Work;
    readonly providerPort: number;
  },
  connections: number,
  seconds: number,
): Promise<Sample> {
  const { running } = target;
  const counts = await effectsSince(name, target, providerPort);
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(running.port)));
  try {
    const warm = await workOn(seconds * warmUp);
    await target.idle();
    const before = await running.usage();
    const [databaseCpuBefore, walBefore] = [await databaseCpu(target.database), await walBytes(target.database)];
    const { latencies, answered } = await workOn(seconds);
    await target.idle();
    const after = await running.usage();
    const [databaseCpuAfter, walAfter] = [await databaseCpu(target.database), await walBytes(target.database)];
    await counts(warm.answered + answered);
    const sorted = latencies.toSorted((one, other) => one - other);
    const cpu = before.cpuMicros === null || after.cpuMicros === null ? null : after.cpuMicros - before.cpuMicros;
    return {
      perSecond: latencies.length / seconds,
      p50Ms: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      cpuMicros: cpu === null ? null : cpu / answered,
      databaseCpuMicros: ((databaseCpuAfter - databaseCpuBefore) * 1e6) / answered,
      walBytes: (walAfter - walBefore) / answered,
      residentBytes: after.residentBytes,
    };
  } finally {
    for (const connection of open) connection.close();
    await running.clearLog();
  }

  /** `latencies` has only the answers that arrived in time. */
  async function workOn(forSeconds: number): Promise<{ latencies: number[]; answered: number }> {
    const latencies: number[] = [];
    let answered = 0;
    const end = performance.now() + forSeconds * 1000;
    const drive = async (connection: (typeof open)[number]): Promise<void> => {
      while (performance.now() < end) {
        const request = work.next();
        const now = performance.now();
        const answer = await connection.exchange(request.text);
        const then = performance.now();
        if (then <= end) latencies.push(then - now);
        answered += 1;
        if (!request.isRight(answer)) {
          const [line] = request.text.split('\r\n', 1);
          throw new WrongAnswer(`${target.name}: ${line} was answered with ${answer.status} ${answer.body.toString()}`);
        }
      }
    };
    await Promise.all(open.map(drive));
    return { latencies, answered };
  }
}

/** Starts a count of effects. @returns a check that compares it with the number of answers */
async function effectsSince(
  name: WorkName,
  { name: service, database }: Target,
  providerPort: number,
): Promise<(answers: number) => Promise<void>> {
  const stored = async (): Promise<number> => {
    const result = await database.query<{ count: string }>('SELECT count(*) FROM callbacks');
    return Number(result.rows[0]?.count);
  };
  const take = (): Promise<Effects> => call<Effects>(providerPort, 200, 'GET', '/effects', {});
  const kind = effectOf[name];
  if (kind === null) return async () => {};
  const before = kind === 'callbacks' ? await stored() : 0;
  await take();
  return async (answers) => {
    const { effects, repeated } =
      kind === 'callbacks' ? { effects: (await stored()) - before, repeated: 0 } : await take();
    if (effects === answers && repeated === 0) return;
    throw new WrongAnswer(`${service}, ${name}: ${answers} answers, ${effects} effects, ${repeated} of them repeated.`);
  };
}
