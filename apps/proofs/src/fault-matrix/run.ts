import { openTransport } from '@card-gateway/adapter-kit';
import { sendBy, testCall } from '@card-gateway/adapter-kit/call';
import { callsOf, newUuid, type Outcome, type ProviderAdapter, toPublicId } from '@card-gateway/core';
import { freePort } from '@card-gateway/database/embedded';
import { atOnce, type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Account } from './accounts.ts';
import { type CallName, type Row, type Scene, reconciliationOf } from './calls.ts';
import { cellOf, type Disturbance, disturbances } from './cells.ts';

/** One row of the page: observed and declared results. */
export interface SeenRow {
  readonly name: string;
  readonly operation: string;
  /** How a lost answer is reconciled; null for a read. */
  readonly resolves: string | null;
  readonly cells: Readonly<Record<Disturbance, string>>;
}

export interface SeenAccount {
  readonly title: string;
  readonly rows: readonly SeenRow[];
}

export interface FaultMatrixReport {
  readonly accounts: readonly SeenAccount[];
  /** Differences between observed and declared results, one per line. */
  readonly differences: readonly string[];
}

/** Rows processed concurrently; they mostly wait for answers that never come. */
const rowsAtOnce = 10;
const patienceMs = 10_000;
/** Time limit for answers that never come, or come too slowly. */
const shortMs = 400;
const neverAnswered: ReadonlySet<Disturbance> = new Set(['hang', 'work_then_hang', 'drip']);

/** Makes every call of these accounts under every disturbance, over real sockets. */
export async function runFaultMatrix(accounts: readonly Account[]): Promise<FaultMatrixReport> {
  const differences: string[] = [];
  const work: (() => Promise<void>)[] = [];
  const seen = await Promise.all(
    accounts.map(async (account) => {
      const { known, missing } = await compareCalls(account);
      differences.push(...missing);
      const rows: (SeenRow | undefined)[] = [];
      for (const [place, [name, row]] of known.entries()) {
        work.push(async () => {
          const result = await runRow(account, name, row);
          rows[place] = result;
          differences.push(...differing(account, row, result));
        });
      }
      return { title: account.title, rows };
    }),
  );
  const line = work.values();
  await Promise.all(
    Array.from({ length: rowsAtOnce }, async () => {
      for (const next of line) await next();
    }),
  );
  return {
    accounts: seen.map(({ title, rows }) => ({ title, rows: rows.filter((row) => row !== undefined) })),
    differences: differences.sort(),
  };
}

/** Compares the adapter's own methods with the rows: neither may lack the other. */
async function compareCalls(account: Account): Promise<{ known: [CallName, Row][]; missing: string[] }> {
  const sandbox = await startSandbox();
  try {
    const send = () => Promise.reject(new Error('Nothing is sent yet.'));
    const calls = callsOf(account.open(sandbox, { send, now }));
    const known = Object.entries(account.rows) as [CallName, Row][];
    const declared = known.map(([name]) => name as string);
    return {
      known: known.filter(([name]) => calls.includes(name)),
      missing: [
        ...calls.filter((name) => !declared.includes(name)).map((name) => `${account.title}: ${name} has no row`),
        ...declared.filter((name) => !calls.includes(name)).map((name) => `${account.title}: there is no ${name}`),
      ],
    };
  } finally {
    await sandbox.close();
  }
}

function differing(account: Account, row: Row, seen: SeenRow): string[] {
  return disturbances.flatMap((disturbance) =>
    seen.cells[disturbance] === row.cells[disturbance]
      ? []
      : [
          `${account.title}: ${seen.name}, ${disturbance}: declared "${row.cells[disturbance]}", seen "${seen.cells[disturbance]}"`,
        ],
  );
}

/** One call under every disturbance, on a separate sandbox. */
async function runRow(account: Account, name: string, row: Row): Promise<SeenRow> {
  const sandbox = await startSandbox(atOnce);
  const transport = openTransport({ connections: 8, connectTimeoutMs: patienceMs, maxResponseBytes: 4_000_000 });
  const nobody = await freePort();
  try {
    const host = { send: sendBy(transport.send), now };
    const adapter = account.open(sandbox, host);
    const unreachable = account.open(sandbox, host, (baseUrl) => at(baseUrl, nobody));
    const scene: Scene = {
      adapter,
      sandbox,
      call: testCall(),
      unique: () => toPublicId('operation', newUuid(now())),
    };
    const cells: Partial<Record<Disturbance, string>> = {};
    for (const disturbance of disturbances) {
      cells[disturbance] = await runCell({ account, row, scene, unreachable, disturbance });
    }
    const resolves = reconciliationOf(adapter, name);
    return { name, operation: row.operation, resolves, cells: cells as Record<Disturbance, string> };
  } finally {
    await sandbox.close();
    await transport.close();
  }
}

interface CellRun {
  readonly account: Account;
  readonly row: Row;
  readonly scene: Scene;
  readonly unreachable: ProviderAdapter;
  readonly disturbance: Disturbance;
}

async function runCell({ account, row, scene, unreachable, disturbance }: CellRun): Promise<string> {
  const { admin } = scene.sandbox;
  const { provider } = account;
  const act = await row.prepare(scene);
  const asked = (): number => admin.requestCount(provider, row.operation);
  const before = { requests: asked(), effects: admin.ledger().length };
  const outcome = await disturbed();
  const sent = asked() - before.requests;
  admin.clearFaults();
  const expected = disturbance === 'refused_connection' ? 0 : 1;
  const cell = cellOf(outcome, admin.ledger().length - before.effects);
  return sent === expected ? cell : `${cell}, ${sent} requests`;

  async function disturbed(): Promise<Outcome<unknown>> {
    if (disturbance === 'refused_connection') return act(unreachable, testCall(patienceMs));
    if (disturbance !== 'none') admin.addFault({ provider, operation: row.operation, fault: disturbance });
    const timeoutMs = neverAnswered.has(disturbance) ? shortMs : patienceMs;
    const outcome = await act(scene.adapter, testCall(timeoutMs));
    // The caller may have given up before the provider has read the request.
    await untilAsked(scene.sandbox);
    return outcome;
  }

  async function untilAsked(sandbox: Sandbox): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, patienceMs);
    await Promise.race([sandbox.admin.until(() => asked() > before.requests), late.promise]);
    clearTimeout(timer);
  }
}

const now = (): number => new Date().getTime();

function at(baseUrl: string, port: number): string {
  const url = new URL(baseUrl);
  url.port = String(port);
  return url.href;
}
