import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Accounts } from './accounts.ts';
import { storeCircuit } from './circuit-store.ts';

const everyMs = 1000;

export interface CircuitLogOptions {
  readonly pool: Pool;
  readonly accounts: Pick<Accounts, 'all'>;
}

/** Looks at the circuits of this process once a second. */
export function startCircuitLog(options: CircuitLogOptions, log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const circuits = createCircuitLog(options);
  const done = (async () => {
    let isFailing = false;
    while (!signal.aborted) {
      try {
        await circuits.step();
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, 'the state of a circuit cannot be stored for now');
        isFailing = true;
      }
      await wait(everyMs, undefined, { signal }).catch(() => {});
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

/**
 * Stores which circuits of this process opened or closed, from which the database makes events. A closed one counts once the
 * provider has answered this process, so that a process that starts during an outage does not end it.
 */
export function createCircuitLog({ pool, accounts }: CircuitLogOptions): { step(): Promise<void> } {
  const stored = new Map<string, 'open' | 'closed'>();
  return {
    step: async () => {
      for (const account of accounts.all) {
        const circuit = account.load().circuit === 'closed' ? 'closed' : 'open';
        const health = account.health();
        const isKnown = circuit === 'open' || health.status === 'up';
        if (!isKnown || stored.get(account.name) === circuit) continue;
        await storeCircuit(pool, account, circuit, health);
        stored.set(account.name, circuit);
      }
    },
  };
}
