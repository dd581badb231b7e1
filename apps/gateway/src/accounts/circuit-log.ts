import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Accounts, OpenAccount } from './accounts.ts';
import { abandonedCircuits, closeAbandoned, renewOpen, storeCircuit } from './circuit-store.ts';

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
 * provider has answered this process, so that a process that starts during an outage does not end it. Such a process also
 * closes what another one left open when it was killed.
 */
export function createCircuitLog({ pool, accounts }: CircuitLogOptions): { step(): Promise<void> } {
  const stored = new Map<string, 'open' | 'closed'>();
  return {
    step: async () => {
      for (const account of accounts.all) {
        const circuit = circuitOf(account);
        if (circuit === null || stored.get(account.name) === circuit) continue;
        await storeCircuit(pool, account, circuit, account.health());
        stored.set(account.name, circuit);
      }
      const open = accounts.all.filter((account) => circuitOf(account) === 'open');
      if (open.length > 0) {
        await renewOpen(
          pool,
          open.map(({ name }) => name),
        );
      }
      for (const name of await abandonedCircuits(pool)) {
        const account = accounts.all.find((one) => one.name === name);
        if (account !== undefined && circuitOf(account) === 'closed')
          await closeAbandoned(pool, name, account.health());
      }
    },
  };
}

/** Null while nothing is known of the provider. */
function circuitOf(account: Pick<OpenAccount, 'load' | 'health'>): 'open' | 'closed' | null {
  if (account.load().circuit !== 'closed') return 'open';
  return account.health().status === 'up' ? 'closed' : null;
}
