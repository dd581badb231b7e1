import { AsyncLocalStorage } from 'node:async_hooks';
import { timeLeftMs, type Send, type Transport } from '@card-gateway/adapter-kit';
import { sendBy } from '@card-gateway/adapter-kit/call';
import { createBulkhead } from '../bulkhead.ts';
import { type CircuitOptions, type CircuitStatus, createCircuit, type Permit } from './circuit.ts';

/** Why a call did not begin: all slots and the line before them are taken, or the provider is left alone. */
export type Rejection = 'ACCOUNT_BUSY' | 'CIRCUIT_OPEN';

/** How much is going on at one account. */
export interface Load {
  readonly inFlight: number;
  readonly queued: number;
  readonly circuit: CircuitStatus;
}

export interface AccountBulkheadOptions {
  /** Calls under way at once. */
  readonly slots: number;
  /** Calls that may wait for a place. */
  readonly queue: number;
  /** Milliseconds that one waits at most. */
  readonly waitMs: number;
  readonly circuit: Omit<CircuitOptions, 'onOpen'>;
}

/** The door to one account's provider: so many calls at once, so many in line, none while its circuit is open. */
export interface AccountBulkhead {
  /**
   * Runs `work` with a place: every request that an adapter sends in it goes out without waiting, to the end.
   *
   * @param longestMs how long the work itself can wait
   * @param refused what it comes to when there is no place; nothing was sent then
   */
  withSlot<T>(longestMs: number, work: () => Promise<T>, refused: (why: Rejection) => T): Promise<T>;
  /** Runs `work` past line and circuit: a look-up resolves what is open, and its answer closes the circuit. */
  bypass<T>(work: () => Promise<T>): Promise<T>;
  /** Sends within each call's terms, seen by the circuit. */
  watched(transport: Transport): Send;
  load(): Load;
  /** Seconds after which another try makes sense. */
  retryAfterSeconds(): number;
}

/** The one key of an account's slots. */
const provider = 'provider';

export function createAccountBulkhead(options: AccountBulkheadOptions): AccountBulkhead {
  // Carried by the asynchronous context, because an adapter hands on no more than a time-out: whatever a call sends, an
  // access token too, belongs to the call's one place.
  const held = new AsyncLocalStorage<Permit>();
  const slots = createBulkhead<'CIRCUIT_OPEN'>({ slots: options.slots, queue: options.queue });
  const circuit = createCircuit({ ...options.circuit, onOpen: () => slots.reject('CIRCUIT_OPEN') });

  return {
    withSlot: async (longestMs, work, refused) => {
      if (held.getStore() !== undefined) return work();
      const permit = circuit.begin();
      if (permit === null) return refused('CIRCUIT_OPEN');
      try {
        const refusal = await slots.acquire(provider, { waitMs: Math.min(longestMs, options.waitMs) });
        if (refusal !== null) return refused(refusal === 'CIRCUIT_OPEN' ? refusal : 'ACCOUNT_BUSY');
        try {
          return await held.run(permit, work);
        } finally {
          slots.release(provider);
        }
      } finally {
        circuit.end(permit);
      }
    },
    bypass: (work) => held.run('call', work),
    watched: (transport) => {
      const send = sendBy(transport);
      return async (request, call) => {
        const timeoutMs = timeLeftMs(call);
        const exchange = await send(request, call);
        circuit.record(exchange, timeoutMs, held.getStore() ?? 'call');
        return exchange;
      };
    },
    load: () => {
      const { inUse, queued } = slots.load();
      return { inFlight: inUse, queued, circuit: circuit.status() };
    },
    retryAfterSeconds: () => Math.max(1, Math.ceil(circuit.restLeftMs() / 1000)),
  };
}
