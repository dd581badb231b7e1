import { setTimeout as wait } from 'node:timers/promises';
import type { Contender } from './prepare.ts';
import { start } from './process.ts';
import type { TargetName } from './target.ts';

/** What was seen each time that a service was started, on a migrated database. */
export interface Starts {
  /** From its spawn until it took a connection. */
  readonly startedInMs: number[];
  /** Memory that it held when nobody had asked it anything; empty where the system does not say. */
  readonly idleBytes: number[];
}

/**
 * Starts every service again and again, in turn.
 *
 * @param idleSeconds until its memory is looked at
 */
export async function measureStarts(
  contenders: ReadonlyMap<TargetName, Pick<Contender, 'program'>>,
  times: number,
  idleSeconds: number,
): Promise<Map<TargetName, Starts>> {
  const all = new Map<TargetName, Starts>();
  for (const name of contenders.keys()) all.set(name, { startedInMs: [], idleBytes: [] });
  for (let turn = 0; turn < times; turn += 1) {
    for (const [name, { program }] of contenders) {
      const running = await start(program);
      await wait(idleSeconds * 1000);
      const { residentBytes } = await running.usage();
      await running.stop();
      all.get(name)?.startedInMs.push(running.startedInMs);
      if (residentBytes !== null) all.get(name)?.idleBytes.push(residentBytes);
    }
  }
  return all;
}
