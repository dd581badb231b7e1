import { isIPv4 } from 'node:net';

/** How many addresses are remembered; those of which nothing was heard for longest are forgotten first. */
const mostAddresses = 10_000;

/** For so long an address from which a callback was taken is not limited. */
const trustedMs = 3_600_000;

/** What an address has left of its refusals, as of a time, and when a callback from it was last taken. */
interface History {
  readonly left: number;
  readonly at: number;
  readonly takenAt: number;
}

/** How many callbacks from each address were refused lately. Each process counts for itself, and in bounded memory. */
export interface Refusals {
  /** Whole seconds until a callback from there is looked at again; null where it is looked at now. */
  waitSeconds(address: string): number | null;
  refused(address: string): void;
  /** One from there was genuine, and came for the first time: a replay could be anybody's. */
  taken(address: string): void;
}

/**
 * @param perMinute how many may be refused at once, and come back in a minute
 * @param now Unix milliseconds
 */
export function limitRefusals(perMinute: number, now: () => number): Refusals {
  const histories = new Map<string, History>();

  function read(address: string): History {
    const history = histories.get(sourceOf(address)) ?? { left: perMinute, at: now(), takenAt: -Infinity };
    const passedMs = Math.max(0, now() - history.at);
    return { ...history, left: Math.min(perMinute, history.left + (passedMs * perMinute) / 60_000), at: now() };
  }

  function write(address: string, history: History): void {
    const source = sourceOf(address);
    histories.delete(source);
    histories.set(source, history);
    const [oldest] = histories.keys();
    if (histories.size > mostAddresses && oldest !== undefined) histories.delete(oldest);
  }

  return {
    waitSeconds(address) {
      const { left, takenAt } = read(address);
      if (left >= 1 || now() - takenAt < trustedMs) return null;
      return Math.ceil(((1 - left) * 60) / perMinute);
    },
    refused(address) {
      const history = read(address);
      write(address, { ...history, left: Math.max(0, history.left - 1) });
    },
    taken(address) {
      write(address, { ...read(address), takenAt: now() });
    },
  };
}

/** An IPv4 address, also where it is written in IPv6; of IPv6 the network of 64 bits, all of which one customer has. */
function sourceOf(address: string): string {
  const v4 = address.replace(/^::ffff:/i, '');
  if (isIPv4(v4)) return v4;
  // What `::` stands for is taken to reach to the end of the network.
  const [groups = ''] = address.split('::');
  return [...groups.split(':'), '', '', '']
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16))
    .join(':');
}
