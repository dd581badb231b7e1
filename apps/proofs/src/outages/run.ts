import { drive, type DriveReport } from '../chaos/drive.ts';
import type { OutageKind } from './kinds.ts';
import type { OutageOptions } from './options.ts';
import { type Seen, watchOutage } from './watch.ts';

export interface OutageResult {
  readonly kind: string;
  readonly seen: Seen;
  readonly report: DriveReport;
}

export interface OutagesReport {
  readonly options: OutageOptions;
  readonly results: readonly OutageResult[];
  /** Kinds that need root. */
  readonly skipped: readonly string[];
}

/** Drives writes through two gateways during outages of their database, one kind after the other, each on its own database. */
export async function runOutages(
  options: OutageOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<OutagesReport> {
  const isRoot = process.getuid?.() === 0;
  const possible = options.kinds.filter(({ needsRoot }) => isRoot || needsRoot !== true);
  const results: OutageResult[] = [];
  for (const kind of possible) {
    signal.throwIfAborted();
    const result = await runOutage(kind, options, shipped, signal);
    results.push(result);
    const { notReadyAfterMs, wellAfterMs } = result.seen;
    progress(`${kind.name}: not ready after ${notReadyAfterMs} ms, well ${wellAfterMs} ms after its end`);
  }
  const skipped = options.kinds.filter((kind) => !possible.includes(kind)).map(({ name }) => name);
  return { options, results, skipped };
}

async function runOutage(
  kind: OutageKind,
  options: OutageOptions,
  shipped: readonly string[],
  signal: AbortSignal,
): Promise<OutageResult> {
  const outage = await kind.open();
  try {
    const seen = Promise.withResolvers<Seen>();
    // If the run fails, nothing awaits it.
    seen.promise.catch(() => {});
    const report = await drive(
      {
        seed: options.seed,
        callers: options.callers,
        mutation: null,
        shipped,
        reconciling: 'hurry',
        database: outage.database,
        settings: outage.settings ?? {},
        launcher: outage.launcher,
        followsEvents: false,
        disturb: async (scene) => seen.resolve(await watchOutage(outage, options.seconds * 1000, scene)),
        progress: () => {},
        tell: () => '',
      },
      signal,
    );
    return { kind: kind.name, seen: await seen.promise, report };
  } finally {
    await outage.remove();
  }
}
