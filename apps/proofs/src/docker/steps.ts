import { randomUUID } from 'node:crypto';
import { type Installation, until } from './installation.ts';
import { cardsIssued, type Kept, makeKept } from './kept.ts';
import { faultsOf, scriptOf, type Tour } from '../tour.ts';

/** From nothing to healthy, as in the README. */
export async function start({ bash }: Installation, tour: Tour): Promise<string> {
  const output = await bash(`set -e\n${tour.start}\necho "KEY=$KEY"`);
  const [, key = ''] = /^KEY=(\S+)$/m.exec(output) ?? [];
  if (key === '') throw new Error(`The README's start made no key:\n${output}`);
  return key;
}

export async function nineCalls({ bash }: Installation, tour: Tour, key: string): Promise<string> {
  const script = scriptOf(tour, { key, command: 'docker compose exec -T gateway gateway' });
  const faults = faultsOf(tour, await bash(`SANDBOX=http://sandbox:8090\n${script}`));
  if (faults.length > 0) throw new Error(faults.join('\n\n'));
  const members = tour.calls.flatMap(({ expected }) => expected).length;
  return `${tour.calls.length} scripts of the README, ${members} members of its answers found`;
}

/** Checks that the gateway connects with its own role, owner commands run as the owner, and the heap fits into the container. */
export async function limits({ compose }: Installation): Promise<string> {
  const query = `SELECT DISTINCT usename || ' ' || rolsuper FROM pg_stat_activity JOIN pg_roles ON rolname = usename
    WHERE client_addr IS NOT NULL`;
  const psql = [
    'psql',
    '--username=card_gateway',
    '--dbname=card_gateway',
    '--tuples-only',
    '--no-align',
    '--command',
    query,
  ];
  const roles = await compose('exec', '-T', 'postgres', ...psql);
  if (roles.trim() !== 'card_gateway_runtime false') throw new Error(`The gateway is connected as: ${roles.trim()}`);
  await compose('run', '--rm', 'migrate', 'gateway', 'sealing', 'rotate');
  const script = 'console.log(v8.getHeapStatistics().heap_size_limit, process.constrainedMemory())';
  const flag = (await compose('exec', '-T', 'gateway', 'cat', '/proc/1/cmdline'))
    .split('\0')
    .find((word) => word.startsWith('--max'));
  const sizes = await compose('exec', '-T', 'gateway', 'node', String(flag), '--eval', script);
  const [heap = 0, container = 0] = sizes.trim().split(' ').map(Number);
  if (heap > 0.7 * container) throw new Error(`The heap may take ${heap} bytes of ${container}.`);
  return `connected as ${roles.trim().split(' ')[0]}; heap ${mebibytes(heap)} of ${mebibytes(container)}`;
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;

const races = 10;

/** Checks that the same order at two gateways is one card. */
export async function twoGateways(installation: Installation): Promise<string> {
  await installation.up('--scale', 'gateway=2');
  const kept = await makeKept(installation);
  const addresses = await Promise.all(
    ['1', '2'].map((index) => installation.compose('port', '--index', index, 'gateway', '8080')),
  );
  const clients = addresses.map((address) => installation.client(kept.key, `http://${address.trim()}`));
  const before = (await cardsIssued(installation)).length;
  for (let race = 0; race < races; race += 1) {
    const idempotencyKey = randomUUID();
    const ids = await Promise.all(
      clients.map(async (client) => (await client.issueCard({ body: kept.order, idempotencyKey })).id),
    );
    if (new Set(ids).size !== 1) throw new Error(`One Idempotency-Key made ${ids.join(' and ')}.`);
  }
  await Promise.all(clients.map((client) => client.close()));
  const issued = (await cardsIssued(installation)).length - before;
  if (issued !== races) throw new Error(`${races} orders issued ${issued} cards.`);
  return `${races} orders at both at once: ${issued} cards`;
}

/**
 * Terminates the gateway with a write in flight and a silent provider: its caller is answered, and it resolves after the
 * restart.
 */
export async function terminate(installation: Installation, kept: Kept): Promise<string> {
  const { admin, compose, up } = installation;
  const before = (await cardsIssued(installation)).length;
  await admin('POST', '/faults', { provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang' });
  const client = installation.client(kept.key);
  const deadline = new Date(new Date().getTime() + 8000);
  const idempotencyKey = randomUUID();
  const underWay = client.call('issueCard', { body: kept.order, idempotencyKey, deadline });
  await until(
    'the provider has the order',
    () => cardsIssued(installation),
    ({ length }) => length === before + 1,
  );
  const started = performance.now();
  const [{ status }] = await Promise.all([underWay, compose('stop', 'gateway')]);
  const seconds = (performance.now() - started) / 1000;
  // 201 if the provider's callback told what became of it while its answer was awaited.
  if (status !== 202 && status !== 201) throw new Error(`The write under way was answered ${status}.`);
  const ends = await compose('ps', '--all', '--format', '{{.ExitCode}}', 'gateway');
  if (ends.trim() !== '0') throw new Error(`The gateway ended with ${ends.trim()}.`);
  await up();
  await until(
    'the write resolves',
    () => client.call('issueCard', { body: kept.order, idempotencyKey }),
    (answer) => answer.status !== 202,
  );
  await client.close();
  if ((await cardsIssued(installation)).length !== before + 1) throw new Error('The write was sent twice.');
  return `ended by itself in ${seconds.toFixed(1)} s with a write under way, which was answered ${status} and resolved after the start`;
}
