import { createAddressBook, createFailureLimit } from '../failure-limit.ts';

/** How long an address that sent a genuine callback is not limited. */
const trustedMs = 3_600_000;

/** Recent refused callbacks per address. */
export interface Refusals {
  /** Seconds until a callback from there is examined again; 0 means now. */
  waitFor(address: string): number;
  refused(address: string): void;
  /** A genuine, new callback came from there; anyone could send a replay. */
  taken(address: string): void;
}

/**
 * @param perMinute the allowance of refusals, restored over one minute
 * @param now monotonic milliseconds
 */
export function limitRefusals(perMinute: number, now: () => number): Refusals {
  const limit = createFailureLimit({ atOnce: perMinute, perSecond: perMinute / 60, now });
  const lastTaken = createAddressBook<number>();
  return {
    waitFor: (address) => (now() - (lastTaken.get(address) ?? -Infinity) < trustedMs ? 0 : limit.waitFor(address)),
    refused: (address) => limit.count(address),
    taken: (address) => lastTaken.set(address, now()),
  };
}
