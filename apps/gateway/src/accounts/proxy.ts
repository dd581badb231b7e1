import type { Network } from '@card-gateway/adapter-kit';
import type { Config } from '../config.ts';
import { addressList, isListed, withoutBrackets } from '../addresses.ts';

/** The network settings of a service, with the environment's proxy if its own settings name none. */
export function withProxy(
  network: Network | null | undefined,
  url: string,
  { HTTPS_PROXY: proxy, NO_PROXY: exceptions }: Pick<Config, 'HTTPS_PROXY' | 'NO_PROXY'>,
): Network {
  const { protocol, hostname, port } = new URL(url);
  // HTTPS_PROXY applies only to https; plain HTTP leads to sandboxes.
  const goesDirectly = proxy === null || protocol !== 'https:' || isException(exceptions, hostname, port || '443');
  return { ...(!goesDirectly && { proxy }), ...network };
}

/** Whether NO_PROXY lists a host, with the semantics of curl and Go: a name includes its subdomains. */
function isException(exceptions: readonly string[], hostname: string, port: string): boolean {
  const host = withoutBrackets(hostname).toLowerCase().replace(/\.$/, '');
  return exceptions.some((exception) => {
    // An IPv6 address has a port only if it is in brackets.
    const [, name = exception, ownPort = port] = /^([^:]+|\[.*\]):(\d+)$/.exec(exception) ?? [];
    if (ownPort !== port) return false;
    const network = addressList.safeParse([withoutBrackets(name)]).data;
    if (network !== undefined) return isListed(network, host);
    const domain = name
      .toLowerCase()
      .replace(/^\*?\./, '')
      .replace(/\.$/, '');
    return domain === '*' || (host === domain && !name.startsWith('*.')) || host.endsWith(`.${domain}`);
  });
}
