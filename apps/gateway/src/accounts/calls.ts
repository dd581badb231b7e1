import { openCall, type Permit } from '@card-gateway/adapter-kit/call';
import type { ProviderCall } from '@card-gateway/core';
import type { Config } from '../config.ts';
import { ProblemError } from '../problem.ts';
import { leastProviderMs } from '../setting-faults.ts';
import { type Work, workLeftMs } from '../work.ts';
import type { AccountBulkhead, Rejection } from './account-bulkhead.ts';

/**
 * The ways to call an account's provider. Each makes one call for a unit of work, which ends with `act`. The call gets the rest
 * of the work's time minus the reserve for recording, and at most the setting.
 */
export interface ProviderCalls {
  /** Reads with a slot. @throws ProblemError 503 with Retry-After if there is none, 504 if too little time is left */
  read<T>(work: Work, act: (call: ProviderCall) => Promise<T>): Promise<T>;
  /** Whether a write would get its slot at once, with enough time for its call. */
  isFree(work: Work): boolean;
  /**
   * Makes a write with a slot, which is acquired before anything is recorded.
   *
   * @param act begins its call once the write is recorded; the call is null if too little time is left by then
   * @throws ProblemError as `read`
   */
  write<T>(work: Work, act: (begin: () => ProviderCall | null) => Promise<T>): Promise<T>;
  /** Looks up a write past queue and circuit. @throws ProblemError 504 if too little time is left */
  lookUp<T>(work: Work, act: (call: ProviderCall) => Promise<T>): Promise<T>;
}

export function providerCalls(account: string, bulkhead: AccountBulkhead, config: Config): ProviderCalls {
  const { PROVIDER_READ_TIMEOUT_MS: readMs, PROVIDER_WRITE_TIMEOUT_MS: writeMs } = config;
  const leftMs = (work: Work, longestMs: number): number =>
    Math.min(longestMs, workLeftMs(work) - config.HTTP_RECORDING_RESERVE_MS);

  function begin(work: Work, longestMs: number, permit: Permit): ProviderCall | null {
    const left = leftMs(work, longestMs);
    if (left < leastProviderMs) return null;
    return openCall({ deadline: performance.now() + left, traceparent: work.traceparent, permit });
  }

  function withSlot<T>(work: Work, longestMs: number, act: (permit: Permit) => Promise<T>): Promise<T> {
    return bulkhead.withSlot(leftMs(work, longestMs), act, (why) => {
      throw rejection(account, why, bulkhead.retryAfterSeconds());
    });
  }

  return {
    read: async (work, act) => {
      if (leftMs(work, readMs) < leastProviderMs) tooLate();
      return withSlot(work, readMs, async (permit) => act(begin(work, readMs, permit) ?? tooLate()));
    },
    isFree: (work) => leftMs(work, writeMs) >= leastProviderMs && bulkhead.isFree(),
    write: async (work, act) => {
      if (leftMs(work, writeMs) < leastProviderMs) tooLate();
      return withSlot(work, writeMs, async (permit) => {
        // The wait may have used up the time.
        if (leftMs(work, writeMs) < leastProviderMs) tooLate();
        return act(() => begin(work, writeMs, permit));
      });
    },
    lookUp: (work, act) => bulkhead.bypass(async (permit) => act(begin(work, readMs, permit) ?? tooLate())),
  };
}

/** @throws ProblemError 504: no call was made */
function tooLate(): never {
  throw new ProblemError('deadline-exceeded', 'Too little time was left to ask the provider; nothing was sent.');
}

function rejection(account: string, why: Rejection, retryAfterSeconds: number): ProblemError {
  switch (why) {
    case 'ACCOUNT_BUSY':
      return new ProblemError(
        'account-busy',
        `As many calls of the account "${account}" are under way and waiting as may be; nothing was recorded or sent.`,
        { retryAfterSeconds },
      );
    case 'CIRCUIT_OPEN':
      return new ProblemError(
        'circuit-open',
        `The provider of the account "${account}" keeps failing and is left alone; nothing was recorded or sent.`,
        { retryAfterSeconds },
      );
  }
}
