import type { RecordWithTtl } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Sources of name resolution; tests can replace each part of the system's. */
export interface NameOptions {
  /** Addresses of name servers, with a port if it is not 53; default those of `/etc/resolv.conf`. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  readonly resolvFile?: string;
}

export interface Names {
  /**
   * The addresses of a host in the order in which to try them: IPv6 and IPv4 in turn (RFC 8305 §4). Concurrent look-ups of one
   * name share one query.
   *
   * @throws NameError if there is none, or no answer in time
   */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

/** `code` is `ENOTFOUND`, or `DNS_` and the failure, e.g. `DNS_TIMEOUT`, `DNS_ESERVFAIL`. */
class NameError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'NameError';
    this.code = code;
  }
}

interface Found {
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

/** RFC 8305 §3: how long one family's addresses wait for the other's. */
const otherFamilyMs = 50;

/**
 * Resolves names without getaddrinfo, which occupies one of the process's four threads for as long as a name server is silent:
 * with four silent ones, no other name can be resolved. Answers are cached for their time to live. As with getaddrinfo,
 * `/etc/hosts` comes first and the search list of `/etc/resolv.conf` applies; other sources (`nsswitch.conf`: mDNS, LDAP) do
 * not.
 */
export function createNames(timeoutMs: number, options: NameOptions): Names {
  const hosts = whenChanged(options.hostsFile ?? '/etc/hosts', readHosts);
  const search = whenChanged(options.resolvFile ?? '/etc/resolv.conf', readSearch);
  const known = new Map<string, Found>();
  const underWay = new Map<string, Promise<Found>>();

  async function lookUp(name: string): Promise<Found> {
    // A new resolver re-reads resolv.conf and uses its own sockets.
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 4), tries: 2 });
    if (options.servers !== undefined) resolver.setServers(options.servers);
    const late = setTimeout(() => resolver.cancel(), timeoutMs);
    try {
      for (const candidate of candidatesOf(name, search())) {
        const found = await ask(resolver, candidate);
        if (found !== null) return found;
      }
    } finally {
      clearTimeout(late);
    }
    throw new NameError('ENOTFOUND');
  }

  return {
    addressesOf: async (host) => {
      if (isIP(host) !== 0) return [host];
      const name = host.toLowerCase();
      const listed = hosts().get(name.replace(/\.$/, '')) ?? loopbackOf(name);
      if (listed !== undefined) return listed;
      const kept = known.get(name);
      if (kept !== undefined && performance.now() < kept.untilMs) return kept.addresses;
      let running = underWay.get(name);
      if (running === undefined) {
        running = lookUp(name).finally(() => underWay.delete(name));
        underWay.set(name, running);
      }
      const found = await running;
      known.set(name, found);
      return found.addresses;
    },
  };
}

/** RFC 6761 §6.3: loopback names are never sent to a name server. */
function loopbackOf(name: string): readonly string[] | undefined {
  return /(^|\.)localhost\.?$/.test(name) ? ['127.0.0.1', '::1'] : undefined;
}

/** Queries both families at once. @returns null if the name has no address. @throws NameError if no server can tell */
async function ask(resolver: Resolver, name: string): Promise<Found | null> {
  const askedAt = performance.now();
  let ipv6: RecordWithTtl[] = [];
  let ipv4: RecordWithTtl[] = [];
  const families = [
    resolver.resolve6(name, { ttl: true }).then((records) => (ipv6 = records)),
    resolver.resolve4(name, { ttl: true }).then((records) => (ipv4 = records)),
  ];
  const both = Promise.allSettled(families);
  try {
    await Promise.any(families);
  } catch (error) {
    const codes = (error as AggregateError).errors.map(({ code }: NodeJS.ErrnoException) => code);
    const failure = codes.find((code) => code !== 'ENOTFOUND' && code !== 'ENODATA');
    if (failure === undefined) return null;
    throw new NameError(failure === 'ETIMEOUT' || failure === 'ECANCELLED' ? 'DNS_TIMEOUT' : `DNS_${failure}`);
  }
  await Promise.race([both, wait(otherFamilyMs)]);
  const ttls = [...ipv6, ...ipv4].map(({ ttl }) => ttl);
  return { addresses: inTurn(ipv6, ipv4), untilMs: askedAt + 1000 * Math.min(...ttls) };
}

function inTurn(ipv6: readonly RecordWithTtl[], ipv4: readonly RecordWithTtl[]): string[] {
  const longest = Math.max(ipv6.length, ipv4.length);
  return Array.from({ length: longest }, (_, index) => [ipv6[index], ipv4[index]])
    .flat()
    .flatMap((record) => (record === undefined ? [] : [record.address]));
}

interface Search {
  readonly domains: readonly string[];
  /** A name with fewer dots is first tried in the search domains. */
  readonly ndots: number;
}

/** The names to query, in this order (resolv.conf(5)). */
function candidatesOf(name: string, { domains, ndots }: Search): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const within = domains.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...within] : [...within, name];
}

function readSearch(text: string): Search {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  // The last line of either kind applies.
  const [, ...domains] = lines.findLast(([word]) => word === 'search' || word === 'domain') ?? [];
  const ndots = lines
    .filter(([word]) => word === 'options')
    .flat()
    .findLast((option) => /^ndots:\d+$/.test(option));
  return {
    domains: domains.map((domain) => domain.replace(/\.$/, '')).filter(Boolean),
    ndots: Number(ndots?.slice(6) ?? 1),
  };
}

function readHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names.map((name) => name.toLowerCase())) hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}

/** The parsed contents of a file, re-read when it changes; an unreadable file counts as empty. */
function whenChanged<T>(file: string, read: (text: string) => T): () => T {
  let seen: number | undefined;
  let value = read('');
  return () => {
    const changedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt === seen) return value;
    seen = changedAt;
    try {
      value = read(readFileSync(file, 'utf8'));
    } catch {
      value = read('');
    }
    return value;
  };
}
