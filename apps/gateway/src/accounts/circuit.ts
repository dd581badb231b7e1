import type { Exchange } from '@card-gateway/adapter-kit';

/** `half-open`: the rest is over and one call is finding out whether the provider works again. */
export type CircuitStatus = 'closed' | 'open' | 'half-open';

/** Whether a call may begin, and whether it is the one that tries a provider which has failed. */
export type Turn = 'call' | 'probe';

export interface CircuitOptions {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
  /** Milliseconds that a provider is left alone. */
  readonly restMs: number;
  /** A time-out counts only after so many milliseconds: a caller's own short deadline says nothing of the provider. */
  readonly patienceMs: number;
  /** Told when it opens. */
  readonly onOpen: () => void;
}

/** Whether a provider is asked at all. Failed are: not sent, lost, HTTP 5xx; never a refusal that it documents. */
export interface Circuit {
  status(): CircuitStatus;
  /** Null while the provider is left alone, or while another call is trying it. */
  begin(): Turn | null;
  /** What {@link begin} gave, given back. */
  end(turn: Turn): void;
  /** Milliseconds until a call may try again. */
  restLeftMs(): number;
  /** What became of one request on the wire, of whichever call, and the time it had. */
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
        // An answer to any call (a look-up, one that was under way) closes it.
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
      // While it is open, of the failures only the probe's counts, and lets the provider rest anew.
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
      // Our own connections were taken: nobody was asked.
      return exchange.cause !== 'ALL_CONNECTIONS_BUSY';
  }
}

function hasTimedOut(exchange: Exchange): boolean {
  return exchange.kind !== 'answered' && exchange.cause === 'TimeoutError';
}
