import type { Exchange } from '@card-gateway/adapter-kit';

/** `half-open`: the rest period is over and one call is probing the provider. */
export type CircuitStatus = 'closed' | 'open' | 'half-open';

/** Permission for a call; a probe tests a provider that has failed. */
export type Turn = 'call' | 'probe';

export interface CircuitOptions {
  /** Consecutive failures that open the circuit. */
  readonly failures: number;
  /** Milliseconds of the rest period. */
  readonly restMs: number;
  /**
   * A time-out counts only if the call had at least this many milliseconds: a caller's own short deadline says nothing about
   * the provider.
   */
  readonly patienceMs: number;
  /** Called when it opens. */
  readonly onOpen: () => void;
}

/** Circuit breaker of a provider. Failures are: not sent, lost, HTTP 5xx; never a documented refusal. */
export interface Circuit {
  status(): CircuitStatus;
  /** Null during the rest period, or while another call is probing. */
  begin(): Turn | null;
  /** Returns a permit of {@link begin}. */
  end(turn: Turn): void;
  /** Milliseconds until a probe may start. */
  restLeftMs(): number;
  /** Records the result of one HTTP request, of any call, and the time it had. */
  record(exchange: Exchange, timeoutMs: number, turn: Turn): void;
}

export function createCircuit(options: CircuitOptions): Circuit {
  let failuresInRow = 0;
  let openedAt: number | null = null;
  let probing = false;

  const restLeftMs = (): number => (openedAt === null ? 0 : Math.max(0, openedAt + options.restMs - performance.now()));

  function open(): void {
    openedAt = performance.now();
    options.onOpen();
  }

  return {
    status: () => {
      if (openedAt === null) return 'closed';
      return probing ? 'half-open' : 'open';
    },
    begin: () => {
      if (openedAt === null) return 'call';
      if (probing || restLeftMs() > 0) return null;
      probing = true;
      return 'probe';
    },
    end: (turn) => {
      if (turn === 'probe') probing = false;
    },
    restLeftMs,
    record: (exchange, timeoutMs, turn) => {
      if (!hasFailed(exchange)) {
        // An answer to any call (a look-up, an earlier one in flight) closes it.
        failuresInRow = 0;
        openedAt = null;
        return;
      }
      if (hasTimedOut(exchange) && timeoutMs < options.patienceMs) return;
      if (openedAt === null) {
        failuresInRow += 1;
        if (failuresInRow >= options.failures) open();
        return;
      }
      // While the circuit is open only a failed probe counts, and restarts the rest period.
      if (turn === 'probe') open();
    },
  };
}

function hasFailed(exchange: Exchange): boolean {
  switch (exchange.kind) {
    case 'answered':
      return exchange.status >= 500;
    case 'lost':
      return true;
    case 'not_sent':
      // Our own connections were all in use: the provider was not asked.
      return exchange.cause !== 'ALL_CONNECTIONS_BUSY';
  }
}

function hasTimedOut(exchange: Exchange): boolean {
  return exchange.kind !== 'answered' && exchange.cause === 'TimeoutError';
}
