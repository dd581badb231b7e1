import { timeLeftMs, type Send, type Transport } from '@card-gateway/adapter-kit';
import { type Permit, sendBy, termsOf } from '@card-gateway/adapter-kit/call';
import { createBulkhead } from '../bulkhead.ts';
import { type CircuitOptions, type CircuitStatus, createCircuit, type Turn } from './circuit.ts';

/** Why a call was rejected: all slots and the queue are full, or the circuit is open. */
export type Rejection = 'ACCOUNT_BUSY' | 'CIRCUIT_OPEN';

/** Current load of one account. */
export interface Load {
  readonly inFlight: number;
  readonly queued: number;
  readonly circuit: CircuitStatus;
}

export interface AccountBulkheadOptions {
  /** Maximum in-flight calls. */
  readonly slots: number;
  /** Maximum queued calls. */
  readonly queue: number;
  /** Maximum milliseconds in the queue. */
  readonly waitMs: number;
  readonly circuit: Omit<CircuitOptions, 'onOpen'>;
}

/** The bulkhead of one account: limits in-flight and queued calls, and rejects all while its circuit is open. */
export interface AccountBulkhead {
  /**
   * Runs `act` with a slot: every request sent under its permit goes out without waiting. The permit ends with `act`.
   *
   * @param longestMs how long it can wait for the slot
   * @param rejected its result if there is no slot; nothing was sent then
   */
  withSlot<T>(longestMs: number, act: (permit: Permit) => Promise<T>, rejected: (why: Rejection) => T): Promise<T>;
  /** Runs `act` past queue and circuit: a look-up resolves unknown writes, and its answer closes the circuit. */
  bypass<T>(act: (permit: Permit) => Promise<T>): Promise<T>;
  /**
   * Sends for calls with a permit of this account, and reports each result to the circuit.
   *
   * @throws TypeError for a call without such a permit, or whose permit has ended: then nothing was sent
   */
  watched(transport: Transport): Send;
  load(): Load;
  /** Whether a call would get its slot at once. */
  isFree(): boolean;
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds(): number;
}

/** The single key of an account's slots. */
const provider = 'provider';

export function createAccountBulkhead(options: AccountBulkheadOptions): AccountBulkhead {
  const slots = createBulkhead<'CIRCUIT_OPEN'>({ slots: options.slots, queue: options.queue });
  const circuit = createCircuit({ ...options.circuit, onOpen: () => slots.reject('CIRCUIT_OPEN') });

  /** Issued permits, each with its turn at the circuit. */
  const permits = new WeakMap<Permit, Turn>();

  function issue(turn: Turn): Permit {
    const permit: Permit = { share: () => issue(turnOf(permit)) };
    permits.set(permit, turn);
    return permit;
  }

  function turnOf(permit: Permit): Turn {
    const turn = permits.get(permit);
    if (turn === undefined) throw new TypeError('This call is over, or of another account: nothing was sent.');
    return turn;
  }

  async function withPermit<T>(turn: Turn, act: (permit: Permit) => Promise<T>): Promise<T> {
    const permit = issue(turn);
    try {
      return await act(permit);
    } finally {
      permits.delete(permit);
    }
  }

  return {
    withSlot: async (longestMs, act, rejected) => {
      const turn = circuit.begin();
      if (turn === null) return rejected('CIRCUIT_OPEN');
      try {
        const refusal = await slots.acquire(provider, { waitMs: Math.min(longestMs, options.waitMs) });
        if (refusal !== null) return rejected(refusal === 'CIRCUIT_OPEN' ? refusal : 'ACCOUNT_BUSY');
        try {
          return await withPermit(turn, act);
        } finally {
          slots.release(provider);
        }
      } finally {
        circuit.end(turn);
      }
    },
    bypass: (act) => withPermit('call', act),
    watched: (transport) => {
      const send = sendBy(transport);
      return async (request, call) => {
        const turn = turnOf(termsOf(call).permit);
        const timeoutMs = timeLeftMs(call);
        const exchange = await send(request, call);
        circuit.record(exchange, timeoutMs, turn);
        return exchange;
      };
    },
    load: () => {
      const { inUse, queued } = slots.load();
      return { inFlight: inUse, queued, circuit: circuit.status() };
    },
    isFree: () => slots.load().inUse < options.slots && circuit.status() === 'closed',
    retryAfterSeconds: () => Math.max(1, Math.ceil(circuit.restLeftMs() / 1000)),
  };
}
