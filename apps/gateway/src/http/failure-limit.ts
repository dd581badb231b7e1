/** How many keys that are not known may come from one address at once, and per second from then on. */
export const failuresAtOnce = 20;
const failuresPerSecond = 1;
const mostAddresses = 10_000;

/** Slows whoever tries keys: each unknown one takes from what its address may still try, which comes back with time. */
export interface FailureLimit {
  /** Seconds until this address may try another key; 0 is now. */
  waitFor(address: string): number;
  /** A key from this address was not known. */
  count(address: string): void;
}

/** @param now milliseconds of a clock that nobody sets back */
export function createFailureLimit(now: () => number): FailureLimit {
  /** By address, the one that failed longest ago first. */
  const failures = new Map<string, { readonly count: number; readonly at: number }>();
  const countOf = (address: string): number => {
    const last = failures.get(networkOf(address));
    return last === undefined ? 0 : Math.max(0, last.count - ((now() - last.at) / 1000) * failuresPerSecond);
  };
  return {
    waitFor: (address) => Math.max(0, Math.ceil((countOf(address) + 1 - failuresAtOnce) / failuresPerSecond)),
    count: (address) => {
      const count = countOf(address) + 1;
      const network = networkOf(address);
      failures.delete(network);
      const [oldest] = failures.keys();
      if (oldest !== undefined && failures.size >= mostAddresses) failures.delete(oldest);
      failures.set(network, { count, at: now() });
    },
  };
}

/** Whoever has one IPv6 address has all of its /64. */
function networkOf(address: string): string {
  return address.includes(':') && !address.includes('.') ? expanded(address).slice(0, 4).join(':') : address;
}

function expanded(address: string): string[] {
  const [before = '', after = ''] = address.split('::');
  const [head, tail] = [before, after].map((part) => part.split(':').filter((group) => group !== ''));
  return [...(head ?? []), ...Array<string>(8 - (head?.length ?? 0) - (tail?.length ?? 0)).fill('0'), ...(tail ?? [])];
}
