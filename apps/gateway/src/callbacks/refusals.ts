import { createAddressBook, createFailureLimit } from '../failure-limit.ts';

/** For so long an address from which a callback was taken is not limited. */
const trustedMs = 3_600_000;

/** How many callbacks from each address were refused lately. */
export interface Refusals {
  /** Seconds until a callback from there is looked at again; 0 is now. */
  waitFor(address: string): number;
  refused(address: string): void;
  /** One from there was genuine, and came for the first time: a replay could be anybody's. */
  taken(address: string): void;
}

/**
 * @param perMinute how many may be refused at once, and come back in a minute
 * @param now milliseconds of a clock that nobody sets back
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
