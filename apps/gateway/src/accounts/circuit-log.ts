import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { startRepeating } from '../repeating.ts';
import type { Accounts, OpenAccount } from './accounts.ts';
import { abandonedCircuits, closeAbandoned, leaseSeconds, renewOpen, storeCircuit } from './circuit-store.ts';

const everyMs = 1000;

export interface CircuitLogOptions {
  readonly pool: Pool;
  readonly accounts: Pick<Accounts, 'all'>;
}

/** Looks at the circuits of this process once a second, and for abandoned ones of others as often as they can become so. */
export function startCircuitLog(options: CircuitLogOptions, log: Logger): { stop(): Promise<void> } {
  const circuits = createCircuitLog(options);
  let othersDueAt = performance.now();
  return startRepeating(
    async () => {
      await circuits.storeOwn();
      if (performance.now() >= othersDueAt) {
        await circuits.closeAbandoned();
        othersDueAt = performance.now() + leaseSeconds * 1000;
      }
      return everyMs;
    },
    (error, isFirst) => {
      if (isFirst) log.warn({ err: error }, 'the state of a circuit cannot be stored for now');
      return everyMs;
    },
  );
}

export interface CircuitLog {
  /**
   * Stores which circuits of this process opened or closed, from which the database makes events. A closed one counts once the
   * provider has answered this process, so that a process that starts during an outage does not end it.
   */
  storeOwn(): Promise<void>;
  /** Closes what another process left open when it was killed, if the provider has answered this one since. */
  closeAbandoned(): Promise<void>;
}

export function createCircuitLog({ pool, accounts }: CircuitLogOptions): CircuitLog {
  const stored = new Map<string, 'open' | 'closed'>();
  return {
    storeOwn: async () => {
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
    },
    closeAbandoned: async () => {
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
