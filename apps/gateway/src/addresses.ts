import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const addressRule = 'expected an IPv4 or IPv6 address or network, e.g. 203.0.113.7 or 2001:db8::/32';

/** Addresses and CIDR networks, parsed into the list that client addresses are checked against. */
export const addressList: z.ZodType<BlockList, string[]> = z
  .array(z.string().refine((text) => networkOf(text) !== null, addressRule))
  .transform((entries) => {
    const list = new BlockList();
    for (const { address, prefix, family } of entries.flatMap((text) => networkOf(text) ?? [])) {
      list.addSubnet(address, prefix, family);
    }
    return list;
  });

function networkOf(text: string) {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const prefix = length === undefined ? bits : Number(length);
  if (bits === 0 || prefix > bits) return null;
  return { address, prefix, family: bits === 32 ? 'ipv4' : 'ipv6' } as const;
}

/** A URL has an IPv6 address in brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Whether an address is in the list; accepts IPv4-mapped IPv6, as dual-stack sockets show it. */
export function isListed(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
