import type { Pool } from 'pg';
import { checkOut, repository } from './against.ts';
import { startServer } from './database.ts';
import type { Rows } from './fill.ts';
import { buildGateway, gatewayProgram, gatewayTarget, silence } from './gateways.ts';
import { install, type Merchant } from './installation.ts';
import type { BenchOptions } from './options.ts';
import { makeProbeTable } from './probes.ts';
import { type Program, type Running, startProvider } from './process.ts';
import { rivalNames, rivalProgram, rivalTarget } from './rivals.ts';
import { startAll, type Started } from './starts.ts';
import type { Target, TargetName } from './target.ts';
import { rivalsOf } from './works.ts';

/** Everything a run needs, ready to be measured. */
export interface Prepared {
  readonly targets: ReadonlyMap<TargetName, Target>;
  readonly started: ReadonlyMap<TargetName, Started>;
  readonly providerPort: number;
  readonly merchant: Merchant;
  /** The database that probes write to. */
  readonly probes: Pool;
}

/** Starts PostgreSQL, the provider and every service, and fills the tables. @param undo stops everything */
export async function prepare(
  options: BenchOptions,
  undo: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Prepared> {
  const installation = await install();
  undo.defer(() => installation.remove());
  const { folder, merchant, yixinAnswer } = installation;
  const server = await startServer(undo);
  const provider = await startProvider('provider.ts', { yixinAnswer }, folder, undo);
  const environment = await installation.gatewayEnvironment(provider.port);
  const rows: Rows = { count: options.rows, since: new Date().getTime() - options.rows - 3_600_000 };
  const { pool: probes } = await server.create('probes');
  await makeProbeTable(probes);

  const programs = new Map<TargetName, Program>();
  const fills = new Map<TargetName, (running: Running) => Promise<Target>>();
  const roots: [name: 'gateway' | 'against' | 'quiet', root: string][] = [['gateway', repository]];
  if (options.against !== null) {
    say(`checks out ${options.against}, with its packages`);
    roots.push(['against', await checkOut(options.against, folder, undo)]);
  }
  const isWanted = (name: TargetName): boolean =>
    !options.isAlone && options.works.some((work) => rivalsOf[work].includes(name));
  if (isWanted('quiet')) roots.push(['quiet', repository]);
  const builds = new Map<string, readonly string[]>();
  for (const [name, root] of roots) {
    const words = builds.get(root) ?? (await buildGateway(root));
    builds.set(root, words);
    const database = await server.create(name);
    programs.set(name, await gatewayProgram({ name, root, words, database, environment, folder }));
    if (name === 'quiet') await silence(database);
    fills.set(name, (running) => gatewayTarget({ name, root, running, database, rows }));
  }
  for (const name of rivalNames.filter(isWanted)) {
    const database = await server.create(name);
    programs.set(name, rivalProgram(name, installation, database, provider.port));
    fills.set(name, (running) => rivalTarget(name, running, database, rows));
  }

  say(`starts each service ${options.rounds} times`);
  const started = await startAll(programs, options.rounds, options.seconds, undo);
  say(`fills each database with ${options.rows} cards`);
  const targets = new Map<TargetName, Target>();
  const filling = performance.now();
  for (const [name, { running }] of started) {
    const target = await fills.get(name)?.(running);
    if (target !== undefined) targets.set(name, target);
  }
  say(`filled in ${((performance.now() - filling) / 1000).toFixed(0)} s`);
  return { targets, started, providerPort: provider.port, merchant, probes };
}
