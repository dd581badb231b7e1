import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { addressList, isListed, withoutBrackets } from './addresses.ts';

/** One entry; a network has a list of its own, so that both families keep apart. */
type Entry = { readonly allowsHttp: boolean } & (
  | { readonly name: string }
  | { readonly network: BlockList; readonly isSingle: boolean }
);

const entryRule =
  'expected hosts (hooks.example.com, *.example.com), addresses and networks (10.0.0.0/8), each as http://… where plain HTTP is allowed too';

/** A URL may have other characters too, such as the semicolon of a list that has the wrong separator. */
const nameShape = /^[\w.-]+$/;

function readEntry(text: string): Entry | null {
  const [, http, host = ''] = /^(http:\/\/)?(.+)$/.exec(text) ?? [];
  const allowsHttp = http !== undefined;
  const address = withoutBrackets(host);
  const network = addressList.safeParse([address]).data;
  if (network !== undefined) {
    const [plain = '', prefix] = address.split('/');
    return { allowsHttp, network, isSingle: prefix === undefined || Number(prefix) === (isIP(plain) === 4 ? 32 : 128) };
  }
  const [, wildcard = '', name = ''] = /^(\*\.)?([^*/:@?#\s]+)$/.exec(host) ?? [];
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : null;
  if (url === null || !nameShape.test(url.hostname) || isIP(url.hostname) !== 0) return null;
  return { allowsHttp, name: wildcard + withoutDot(url.hostname) };
}

/**
 * Addresses that lead to this machine, to its neighbours on the link, to a cloud's metadata, to groups, or to an IPv4 address in
 * the clothes of an IPv6 one. A listed name or network does not reach them; a listed address does.
 */
const never4 = blockListOf('ipv4', [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.88.99.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Metadata of Alibaba Cloud and of Azure.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
]);
const never6 = blockListOf('ipv6', [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  // Metadata and credentials: AWS (all its services in this range), Google Cloud, Oracle, Scaleway, Akamai and Alibaba Cloud.
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
  ['fd00:c1::a9fe:a9fe', 128],
  ['fd00:42::42', 128],
  ['fd00:a9fe:a9fe::1', 128],
  ['fd00:100::100:200', 128],
]);

function blockListOf(family: 'ipv4' | 'ipv6', networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** Each family on its own: BlockList would find every IPv4 address in `::ffff:0:0/96`. */
function isNever(address: string): boolean {
  return isIP(address) === 4 ? never4.check(address, 'ipv4') : never6.check(address, 'ipv6');
}

/** Where events may be posted: the hosts and networks of `EVENTS_ALLOWED_HOSTS`. */
class AllowedHosts {
  readonly entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
  }

  /** Whether a connection for this host may be made to this address, which it has been resolved to. */
  allows(host: string, address: string): boolean {
    return isIP(address) !== 0 && isAllowed(withoutDot(host), address, this.entries);
  }

  /** What is wrong with a URL, worded as what is expected; null if events may be posted there. */
  faultOf(url: URL): string | null {
    const isHttps = url.protocol === 'https:';
    const entries = isHttps ? this.entries : this.entries.filter(({ allowsHttp }) => allowsHttp);
    if (!isHttps && (url.protocol !== 'http:' || entries.length === 0)) return 'expected an https URL';
    if (url.username !== '' || url.password !== '') return 'expected no user and no password in it';
    if (url.hash !== '') return 'expected no fragment in it';
    const host = withoutDot(withoutBrackets(url.hostname));
    if (isAllowed(host, isIP(host) === 0 ? null : host, entries)) return null;
    // Which network a name leads to shows when a connection is made.
    if (isHttps && isIP(host) === 0 && entries.some((entry) => 'network' in entry)) return null;
    return 'expected a host that this installation allows (setting EVENTS_ALLOWED_HOSTS)';
  }
}

/** @param address null before the host is resolved */
function isAllowed(host: string, address: string | null, entries: readonly Entry[]): boolean {
  return entries.some((entry) => {
    if ('name' in entry) return hasName(entry.name, host) && (address === null || !isNever(address));
    return address !== null && isListed(entry.network, address) && (entry.isSingle || !isNever(address));
  });
}

function hasName(listed: string, host: string): boolean {
  return listed.startsWith('*.') ? host.endsWith(listed.slice(1)) && host !== listed.slice(2) : host === listed;
}

function withoutDot(host: string): string {
  return host.replace(/\.$/, '').toLowerCase();
}

export const allowedHosts: z.ZodType<AllowedHosts, string[]> = z
  .array(z.string().refine((text) => readEntry(text) !== null, entryRule))
  .transform((texts) => new AllowedHosts(texts.flatMap((text) => readEntry(text) ?? [])));
