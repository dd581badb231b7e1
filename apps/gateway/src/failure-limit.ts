const mostAddresses = 10_000;

/** What addresses may do wrong before they must wait, and how fast that comes back. */
export interface FailureLimitOptions {
  readonly atOnce: number;
  readonly perSecond: number;
  /** Milliseconds of a clock that nobody sets back. */
  readonly now: () => number;
}

/** Slows whoever tries: each failure takes from what its address may still do wrong, which comes back with time. */
export interface FailureLimit {
  /** Seconds until this address may try again; 0 is now. */
  waitFor(address: string): number;
  /** A try from this address failed. */
  count(address: string): void;
}

/** Each process counts for itself, and in bounded memory. */
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

/** Something of each address, of ten thousand at most; the one that was set longest ago goes first. */
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

/** An IPv4 address, also where it is written in IPv6. Whoever has one IPv6 address has all of its /64. */
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
