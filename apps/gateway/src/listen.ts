import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { type Config, ConfigError } from './config.ts';

type PortSetting = 'PORT' | 'METRICS_PORT';

/**
 * Listens for requests on PORT and, if it is a separate port, for `/metrics` on METRICS_PORT.
 *
 * @returns the address of PORT
 * @throws ConfigError with the fault of each setting
 */
export async function listenForBoth(app: FastifyInstance, metrics: FastifyInstance, config: Config): Promise<string> {
  const { HOST: host, METRICS_PORT: metricsPort } = config;
  if (typeof metricsPort === 'number') {
    const fault = await faultOf(metrics.listen({ host, port: metricsPort }), config, 'METRICS_PORT');
    // A process about to exit must not accept requests: the other port is only tried.
    if (fault !== null) throw new ConfigError(withoutRepeats([await faultOf(tried(config), config, 'PORT'), fault]));
  }
  // Fastify's own line would be redacted like any text; the line "started" has the address.
  const listening = app.listen({ host, port: config.PORT, listenTextResolver: () => 'listening' });
  const fault = await faultOf(listening, config, 'PORT');
  if (fault !== null) throw new ConfigError([fault]);
  return listening;
}

/** A faulty host affects both ports: report it once. */
function withoutRepeats(faults: readonly (string | null)[]): string[] {
  return [...new Set(faults.filter((fault) => fault !== null))];
}

function tried({ HOST: host, PORT: port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port }, () => server.close(() => resolve()));
  });
}

async function faultOf(listening: Promise<unknown>, config: Config, setting: PortSetting): Promise<string | null> {
  try {
    await listening;
    return null;
  } catch (error) {
    const fault = listenFault(
      (error as NodeJS.ErrnoException).code ?? '',
      config.HOST,
      setting,
      Number(config[setting]),
    );
    if (fault === null) throw error;
    return fault;
  }
}

/** Why listening fails and how to fix it, by Node's code; null if the settings are not at fault. */
export function listenFault(code: string, host: string, setting: PortSetting, port: number): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `${setting}: another process listens on ${port}; set another one.`;
    case 'EACCES':
      return `${setting}: this user may not listen on ${port}; set one from 1024 on, or give the process CAP_NET_BIND_SERVICE.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `HOST: "${host}" is no address of this machine; expected one of ${addresses().join(', ')}.`;
    default:
      return null;
  }
}

/** All addresses that this machine can listen on, starting with those that mean all. */
function addresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((of = []) => of.map(({ address }) => address));
  return ['0.0.0.0', '::', ...new Set(own)];
}
