import { setTimeout as wait } from 'node:timers/promises';
import { type Program, type Running, start } from './process.ts';

/** A running service, with figures from each of its starts on a migrated database. */
export interface Started {
  readonly running: Running;
  /** From spawn to the first accepted connection. */
  readonly startedInMs: readonly number[];
  /** Resident memory before the first request; empty where the system does not report it. */
  readonly idleBytes: readonly number[];
}

/**
 * Starts every service `times` times, in turn, and keeps the last process of each.
 *
 * @param idleSeconds between a start and the reading of its memory
 * @param undo stops the services
 */
export async function startAll<Name>(
  programs: ReadonlyMap<Name, Program>,
  times: number,
  idleSeconds: number,
  undo: AsyncDisposableStack,
): Promise<Map<Name, Started>> {
  const all = new Map<Name, Started>();
  for (let turn = 1; turn <= times; turn += 1) {
    for (const [name, program] of programs) {
      const running = await start(program);
      await wait(idleSeconds * 1000);
      const { residentBytes } = await running.usage();
      const { startedInMs = [], idleBytes = [] } = all.get(name) ?? {};
      all.set(name, {
        running,
        startedInMs: [...startedInMs, running.startedInMs],
        idleBytes: residentBytes === null ? idleBytes : [...idleBytes, residentBytes],
      });
      if (turn < times) await running.stop();
      else undo.defer(() => running.stop());
    }
  }
  return all;
}
