import { join } from 'node:path';
import type { Pool } from 'pg';
import { checkOut, repository } from './against.ts';
import { startServer } from './database.ts';
import type { Rows } from './fill.ts';
import { gatewayProgram, gatewayTarget } from './gateways.ts';
import { install, type Merchant } from './installation.ts';
import type { BenchOptions } from './options.ts';
import { makeProbeTable } from './probes.ts';
import { type Program, type Running, start } from './process.ts';
import { rivalNames, rivalProgram, rivalTarget } from './rivals.ts';
import { measureStarts, type Starts } from './starts.ts';
import type { Target, TargetName } from './target.ts';
import { rivalsOf } from './works.ts';

/** All that a run needs, ready to be measured. */
export interface Prepared {
  readonly targets: ReadonlyMap<TargetName, Target>;
  readonly starts: ReadonlyMap<TargetName, Starts>;
  readonly providerPort: number;
  readonly merchant: Merchant;
  /** Connects to a database in which probes write. */
  readonly probes: Pool;
}

/** A service that can be started, and is a target once its tables are filled. */
export interface Contender {
  readonly program: Program;
  readonly target: (running: Running) => Promise<Target>;
}

/** Starts PostgreSQL, the provider and every service, with full tables. @param undo ends all of it */
export async function prepare(
  options: BenchOptions,
  undo: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Prepared> {
  const installation = await install();
  undo.defer(() => installation.remove());
  const { folder, merchant, yixinAnswer } = installation;
  const server = await startServer(undo);
  const provider = await start({
    name: 'provider',
    words: (port) => [join(import.meta.dirname, 'provider.ts'), JSON.stringify({ port, yixinAnswer })],
    folder,
    environment: () => ({}),
    log: join(folder, 'provider.log'),
  });
  undo.defer(() => provider.stop());
  const environment = await installation.gatewayEnvironment(provider.port);
  const rows: Rows = { count: options.rows, since: new Date().getTime() - options.rows - 3_600_000 };
  const { pool: probes } = await server.create('probes');
  await makeProbeTable(probes);

  const contenders = new Map<TargetName, Contender>();
  const roots: [name: 'gateway' | 'against', root: string][] = [['gateway', repository]];
  if (options.against !== null) {
    say(`checks out ${options.against}, with its packages`);
    roots.push(['against', await checkOut(options.against, folder, undo)]);
  }
  for (const [name, root] of roots) {
    const database = await server.create(name);
    const program = await gatewayProgram({ name, root, database, environment, folder });
    const target = (running: Running) => gatewayTarget({ name, root, running, database, rows });
    contenders.set(name, { program, target });
  }
  const rivals = rivalNames.filter((name) => options.works.some((work) => rivalsOf[work].includes(name)));
  for (const name of rivals) {
    const database = await server.create(name);
    const program = rivalProgram(name, installation, database, provider.port);
    contenders.set(name, { program, target: (running) => rivalTarget(name, running, database, rows) });
  }

  say(`starts each service ${options.rounds} times`);
  const starts = await measureStarts(contenders, options.rounds, options.seconds);
  say(`fills each database with ${options.rows} cards`);
  const targets = new Map<TargetName, Target>();
  for (const [name, { program, target }] of contenders) {
    const running = await start(program);
    undo.defer(() => running.stop());
    targets.set(name, await target(running));
  }
  return { targets, starts, providerPort: provider.port, merchant, probes };
}
