import type { Sandbox } from '@card-gateway/sandbox';
import type { Diary } from './diary.ts';
import { runDisorder } from './disorder.ts';
import { drive, type DriveReport } from './drive.ts';
import type { ChaosOptions } from './options.ts';
import { startPostgres } from './postgres.ts';

/** The result of a run. */
export interface ChaosReport extends DriveReport {
  readonly options: ChaosOptions;
  /** How often a gateway was killed at each named point. */
  readonly points: ReadonlyMap<string, number>;
}

/**
 * Runs everything from the start of its own database to the comparison, and leaves nothing behind.
 *
 * @param shipped arguments of Node that start the built gateway
 */
export async function runChaos(
  options: ChaosOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<ChaosReport> {
  const postgres = await startPostgres();
  const points = new Map<string, number>();
  try {
    const report = await drive(
      {
        ...options,
        shipped,
        database: postgres,
        settings: {},
        followsEvents: true,
        disturb: (scene) => {
          const ending = AbortSignal.any([scene.signal, AbortSignal.timeout(options.minutes * 60_000)]);
          return runDisorder({ ...scene, postgres, points, signal: ending });
        },
        progress,
        tell: ({ diary, sandbox }) => progressLine(options, diary, sandbox),
      },
      signal,
    );
    return { ...report, options, points };
  } finally {
    await postgres.remove();
  }
}

function progressLine({ minutes }: ChaosOptions, { intents, counts }: Diary, sandbox: Sandbox): string {
  const count = (name: string): number => counts.get(name) ?? 0;
  const kills = count('kills at a named point') + count('kills at random');
  return `${intents.length} writes, ${count('calls')} calls, ${sandbox.admin.ledger().length} effects, ${kills} kills, ${
    count('postmaster stopped') + count('postmaster crashed')
  } stops of PostgreSQL (of ${minutes} min)`;
}
