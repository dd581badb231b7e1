import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../bench/against.ts';
import { buildGateway } from '../bench/gateways.ts';
import { CommandError, run } from '../docker/command.ts';
import { startOneGateway } from '../one-gateway.ts';
import { type Change, serveNewer } from './newer.ts';
import type { ClientOptions } from './options.ts';
import { type Result, stages, table } from './report.ts';
import { signedCases, type Verifier, verifyCases } from './signatures.ts';
import type { Place, Tool } from './tools.ts';

interface Gateway {
  readonly url: string;
  readonly apiKey: string;
  readonly sandboxUrl: string;
}

const programs = new URL('../../clients/', import.meta.url).pathname;
/** Kept between runs, except the generated code. */
const work = new URL('../../../../.data/clients/', import.meta.url).pathname;

/** Generates with each tool, compiles, and runs the tour against the gateway, then against simulated later versions. */
export async function proveClients(
  { document, tools, verifiers }: ClientOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<boolean> {
  await using undo = new AsyncDisposableStack();
  const gateway = await startGateway(undo);
  const results: Result[] = [];
  for (const tool of tools) {
    const result = await prove(tool, document, gateway, { signal, say });
    results.push(result);
    for (const line of result.notes) say(`${tool.name}: ${line}`);
  }
  if (results.length > 0) process.stdout.write(`\n${table(results)}\n`);
  const verified = await proveSignatures(verifiers, gateway, say);
  return verified && results.every(({ reached }) => reached === 'all' || reached === 'absent');
}

/** Lets others' implementations of Standard Webhooks verify what the gateway posts. */
async function proveSignatures(
  verifiers: readonly Verifier[],
  gateway: Gateway,
  say: (line: string) => void,
): Promise<boolean> {
  if (verifiers.length === 0) return true;
  const cases = await signedCases(gateway);
  let isWell = true;
  for (const verifier of verifiers) {
    const { name } = verifier;
    const absent = await absentOf(verifier.needs);
    if (absent.length > 0) {
      say(`signatures, ${name}: absent, not here: ${absent.join(', ')}`);
      continue;
    }
    try {
      await verifyCases(verifier, join(work, name.replaceAll(' ', '-')), cases);
      say(`signatures, ${name}: all ${cases.length} messages decided rightly`);
    } catch (error) {
      isWell = false;
      say(`signatures, ${name}: FAILED: ${(error as Error).message}`);
    }
  }
  return isWell;
}

async function prove(
  tool: Tool,
  document: string,
  gateway: Gateway,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<Result> {
  const { name } = tool;
  const absent = await absentOf(tool.needs);
  if (absent.length > 0) return { name, reached: 'absent', passed: [], notes: [`not here: ${absent.join(', ')}`] };
  const place = await placeOf(tool, document);
  const notes: string[] = [];
  const passed: string[] = [];
  const steps: Record<(typeof stages)[number], () => Promise<unknown>> = {
    generate: async () => {
      const warnings = await tool.generate(place);
      if (warnings.length > 0) notes.push(...warnings.slice(0, 3), `${warnings.length} warnings in all`);
    },
    compile: () => tool.compile(place),
    tour: () => tour(tool, place, gateway),
    'new member': () => tourOfNewer(tool, place, gateway, 'member'),
    'new word': () => tourOfNewer(tool, place, gateway, 'word'),
  };
  for (const stage of stages) {
    signal.throwIfAborted();
    say(`${name}: ${stage}`);
    try {
      await steps[stage]();
      passed.push(stage);
    } catch (error) {
      const lines = (error as Error).message.split('\n');
      if (error instanceof CommandError) lines.shift();
      notes.push(
        `${stage} failed`,
        ...lines.filter((line) => /\S/.test(line) && !chatter.test(line)).slice(0, mostLines),
      );
      // A client that fails on a new member may still accept a new value.
      if (!stage.startsWith('new')) break;
    }
  }
  return { name, reached: passed.length === stages.length ? 'all' : 'some', passed, notes };
}

async function placeOf({ name }: Tool, document: string): Promise<Place> {
  const folder = join(work, name.replaceAll(/[^a-z-]+/g, '-'));
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (!kept.has(entry)) await rm(join(folder, entry), { recursive: true, force: true });
  }
  const program = join(programs, name.replace(/ (native|okhttp-gson)$/, '').replaceAll(' ', '-'));
  return { folder, shared: work, document, program };
}

/** Maximum lines of a failing tool's output. */
const mostLines = 12;
/** Progress messages of openapi-generator. */
const chatter = /^\[main\] (INFO|WARN) /;
const kept = new Set(['environment', 'node_modules', 'package-lock.json']);

async function absentOf(needs: readonly string[]): Promise<string[]> {
  const absent = await Promise.all(needs.map(isAbsent));
  return needs.filter((_, index) => absent[index]);
}

async function isAbsent(program: string): Promise<boolean> {
  const words = program === 'go' ? ['version'] : ['--version'];
  return run(program, words, { folder: programs }).then(
    () => false,
    () => true,
  );
}

let tours = 0;
async function tour(tool: Tool, place: Place, { url, apiKey, sandboxUrl }: Gateway): Promise<void> {
  tours += 1;
  const [command, ...words] = tool.tour(place);
  const variables = { GATEWAY_URL: url, GATEWAY_API_KEY: apiKey, SANDBOX_URL: sandboxUrl, RUN: 100_000_000 + tours };
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  await run('env', [...environment, command, ...words], { folder: place.folder });
}

async function tourOfNewer(tool: Tool, place: Place, gateway: Gateway, change: Change): Promise<void> {
  const newer = await serveNewer(gateway.url, change);
  try {
    await tour(tool, place, { ...gateway, url: newer.url });
    if (newer.changed() === 0) throw new Error('No answer was changed.');
  } finally {
    await newer.close();
  }
}

async function startGateway(undo: AsyncDisposableStack): Promise<Gateway> {
  const keysecure = { cardholderInProgressMs: 0, cardholderDecisionMs: 0, cardDelayMs: 0 };
  const shipped = await buildGateway(repository);
  const { url, apiKey, sandbox } = await startOneGateway(shipped, 'clients', { keysecure }, undo, {
    // Where the events are posted whose signatures are verified.
    EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1',
  });
  sandbox.admin.callbacks.target('keysecure', `${url}/callbacks/keysecure`);
  return { url, apiKey, sandboxUrl: `http://127.0.0.1:${sandbox.port}` };
}
