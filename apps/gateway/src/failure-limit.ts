const mostAddresses = 10_000;

/** How many failures an address may have, and how fast the allowance is restored. */
export interface FailureLimitOptions {
  readonly atOnce: number;
  readonly perSecond: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** Rate limit on failures: each one uses up part of its address's allowance, which is restored over time. */
export interface FailureLimit {
  /** Seconds until this address may try again; 0 means now. */
  waitFor(address: string): number;
  count(address: string): void;
}

/** Each process counts separately, in bounded memory. */
export function createFailureLimit({ atOnce, perSecond, now }: FailureLimitOptions): FailureLimit {
  const failures = createAddressBook<{ readonly count: number; readonly at: number }>();
  const countOf = (address: string): number => {
    const last = failures.get(address);
    return last === undefined ? 0 : Math.max(0, last.count - ((now() - last.at) / 1000) * perSecond);
  };
  return {
    waitFor: (address) => Math.max(0, Math.ceil((countOf(address) + 1 - atOnce) / perSecond)),
    count: (address) => failures.set(address, { count: Math.min(atOnce, countOf(address) + 1), at: now() }),
  };
}

/** One entry per address, for up to ten thousand addresses; evicts the one set longest ago. */
export function createAddressBook<Entry>(): {
  get(address: string): Entry | undefined;
  set(address: string, entry: Entry): void;
} {
  const entries = new Map<string, Entry>();
  return {
    get: (address) => entries.get(networkOf(address)),
    set: (address, entry) => {
      const network = networkOf(address);
      entries.delete(network);
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size >= mostAddresses) entries.delete(oldest);
      entries.set(network, entry);
    },
  };
}

/** The IPv4 address, also if IPv4-mapped, or the /64 of an IPv6 address, all of which one client controls. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') && !plain.includes('.') ? expanded(plain).slice(0, 4).join(':') : plain;
}

function expanded(address: string): string[] {
  const [before = '', after = ''] = address.split('::');
  const [head = [], tail = []] = [before, after].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16).toString(16));
}
