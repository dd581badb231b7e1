import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { claimPorts, listenFault } from './claim.ts';
import { StartError } from './start-error.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port with a listener. */
async function taken(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

const gateway = (port: string, host = '127.0.0.1') => ({ port, portSetting: 'PORT', host, hostSetting: 'HOST' });
const sandbox = (port: string) => ({ port, portSetting: 'SANDBOX_PORT', host: '127.0.0.1' });

test('free ports are found', async () => {
  const [one, other] = await claimPorts([gateway('0'), sandbox('0')]);
  expect(one).toBeGreaterThan(0);
  expect(other).toBeGreaterThan(0);
});

test('both ports are named where both are taken', async () => {
  const [port, sandboxPort] = [await taken(), await taken()];
  const claimed = claimPorts([gateway(port), sandbox(sandboxPort)]);
  await expect(claimed).rejects.toThrow(StartError);
  await expect(claimed).rejects.toThrow(
    new RegExp(`^PORT: port ${port} is in use.*\nSANDBOX_PORT: port ${sandboxPort} is in use`),
  );
});

// 192.0.2.0/24 is reserved for documentation (RFC 5737).
test.each(['192.0.2.1', 'no-such-host.invalid', '127.0.0.1:80'])('%s is no address of this machine', async (host) => {
  const claimed = claimPorts([gateway('0', host)]);
  await expect(claimed).rejects.toThrow(StartError);
  await expect(claimed).rejects.toThrow(`HOST: "${host}" is no address of this machine. Expected one of 0.0.0.0, ::, `);
});

test('a port for root alone is told to others', () => {
  expect(listenFault('EACCES', 80, gateway('80'))).toBe(
    'PORT: this user may not listen on port 80. Take one from 1024 on, e.g. PORT=8080.',
  );
});
