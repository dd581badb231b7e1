import { readdir, readFile } from 'node:fs/promises';
import { accountsOf, startSandbox } from '@card-gateway/sandbox';
import { describe, expect, test } from 'vitest';
import { type Account, accounts } from '../src/fault-matrix/accounts.ts';
import type { Rows } from '../src/fault-matrix/calls.ts';
import { type Cells, disturbances, read, write } from '../src/fault-matrix/cells.ts';
import { pageText } from '../src/fault-matrix/page.ts';
import { runFaultMatrix } from '../src/fault-matrix/run.ts';

const page = new URL('../../../docs/fault-matrix.md', import.meta.url);

test('every call under every fault ends as declared, and as docs/fault-matrix.md says', async () => {
  const report = await runFaultMatrix(accounts);
  expect(report.differences).toEqual([]);
  expect(pageText(report)).toBe(await readFile(page, 'utf8'));
}, 120_000);

test('every adapter there is takes part', async () => {
  const packages = await readdir(new URL('../../../packages/', import.meta.url));
  const adapters = packages.flatMap((name) => /^adapter-(?!kit$)(.+)$/.exec(name)?.[1] ?? []);
  expect([...new Set(accounts.map(({ provider }) => provider))].sort()).toEqual(adapters.sort());
});

test('every account of the sandbox takes part, under its name', async () => {
  const sandbox = await startSandbox();
  const named = accountsOf(sandbox.credentials, () => null).map(({ name, provider }) => ({ name, provider }));
  await sandbox.close();
  const declared = accounts.map(({ name, provider }) => ({ name, provider }));
  expect(declared).toHaveLength(named.length);
  expect(declared).toEqual(expect.arrayContaining(named));
});

test('no cell says "refused" where the provider has worked', () => {
  const declared = accounts.flatMap(({ rows }) => Object.values(rows).flatMap(({ cells }) => Object.values(cells)));
  expect(declared.length).toBeGreaterThan(0);
  expect(declared.filter((cell) => cell.startsWith('refused') && !cell.endsWith(', 0'))).toEqual([]);
});

describe('what is not as declared is told', () => {
  const onerway = accounts.find(({ provider }) => provider === 'onerway');
  const doctored = (rows: Rows): Account => {
    if (onerway === undefined) throw new Error('There is no Onerway account.');
    return { ...onerway, rows };
  };
  const list = onerway?.rows['boundCards.list'];
  const remove = onerway?.rows['unbinding.remove'];
  if (list === undefined || remove === undefined) throw new Error('Onerway has no rows.');

  test('a call of the adapter that nothing is declared of', async () => {
    const { differences } = await runFaultMatrix([doctored({ 'boundCards.list': list })]);
    expect(differences).toEqual(['Onerway: unbinding.remove has no row']);
  });

  test('a declaration of a call that the adapter has not', async () => {
    const rows = { 'boundCards.list': list, 'unbinding.remove': remove, 'banks.list': list };
    const { differences } = await runFaultMatrix([doctored(rows)]);
    expect(differences).toEqual(['Onerway: there is no banks.list']);
  });

  test('a cell that differs', async () => {
    const wrong = { ...list, cells: { ...list.cells, reset: 'done, 1' } } as const;
    const { differences } = await runFaultMatrix([doctored({ 'boundCards.list': wrong, 'unbinding.remove': remove })]);
    expect(differences).toEqual(['Onerway: boundCards.list, reset: declared "done, 1", seen "no_answer, 0"']);
  });
});

test('a fault that a call declares no cell for does not compile', () => {
  // @ts-expect-error how a refusal is read is not declared
  const reading: Cells = read;
  // @ts-expect-error nor here
  const writing: Cells = write;
  for (const cells of [reading, writing]) {
    expect(disturbances.filter((disturbance) => cells[disturbance] === undefined)).toEqual(['refuse']);
  }
});
