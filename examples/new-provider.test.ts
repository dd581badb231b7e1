import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Change, copyRepository, type Ended, type RepositoryCopy } from './repository-copy.ts';

/** The new provider's tests, and the general tests that cover every provider. */
const ownTests = ['packages/adapter-harbour', 'apps/sandbox/src/harbour'];
const houseTests = [
  'apps/sandbox/src/providers.test.ts',
  'apps/gateway/test/adapters.test.ts',
  'apps/gateway/test/first-card.test.ts',
  'apps/proofs/test/documented-calls.test.ts',
  'apps/proofs/test/harbour.test.ts',
];
const faultMatrix = `import { expect, test } from 'vitest';
import { accounts } from '../src/fault-matrix/accounts.ts';
import { runFaultMatrix } from '../src/fault-matrix/run.ts';

test('every call of Harbour ends as declared under every fault', async () => {
  const report = await runFaultMatrix(accounts.filter(({ provider }) => provider === 'harbour'));
  expect(report.differences).toEqual([]);
  expect(report.accounts).toHaveLength(1);
});
`;

let copy: RepositoryCopy;
beforeAll(async () => {
  copy = await copyRepository();
});
afterAll(() => copy.remove());

const vitest = (...files: readonly string[]): Promise<Ended> =>
  copy.node('node_modules/vitest/vitest.mjs', 'run', '--reporter=default', ...files);

/** Type-checks everything that names the provider. */
async function typecheck(): Promise<Ended> {
  const include = [...ownTests, 'apps/proofs/src/fault-matrix', 'apps/gateway/src/adapters.ts'];
  await writeFile(join(copy.folder, 'tsconfig.harbour.json'), JSON.stringify({ extends: './tsconfig.json', include }));
  return copy.node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.harbour.json');
}

function lines(changes: readonly Change[], part: RegExp): number {
  return changes.filter(({ path }) => part.test(path)).reduce((sum, { newLines }) => sum + newLines, 0);
}

test('a provider from the template is red until it is written, and then issues a card', async () => {
  expect(await copy.node('examples/new-provider.ts', 'harbour')).toMatchObject({ code: 0 });
  const written = await copy.changes();
  const touched = written.filter(({ isNewFile }) => !isNewFile);
  expect(touched).toEqual([
    { path: 'apps/gateway/package.json', isNewFile: false, newLines: 1, removedLines: 0 },
    { path: 'apps/sandbox/src/registry.ts', isNewFile: false, newLines: 1, removedLines: 0 },
  ]);
  await copy.link('adapter-harbour');

  const red = await vitest(...ownTests);
  expect(red.code).toBe(1);
  const missing = (await unwritten(written)).filter((message) => !red.output.includes(message));
  expect(missing).toEqual([]);

  await copy.overlay('examples/harbour');
  await writeFile(join(copy.folder, 'apps/proofs/test/harbour.test.ts'), faultMatrix);
  const byHand = (await copy.changes()).filter(({ path }) => !path.endsWith('.test.ts'));
  expect(await copy.node('apps/gateway/src/openapi-file.ts')).toMatchObject({ code: 0 });
  const generated = (await copy.changes()).map(({ path }) => path);
  expect(await typecheck()).toEqual({ code: 0, output: '' });
  const green = await vitest(...ownTests, ...houseTests);
  expect(green.code, green.output).toBe(0);

  const document = /^docs\/providers\/contracts\//;
  const own = byHand.filter(({ path }) => !document.test(path));
  const parts = { adapter: /^packages\//, sandbox: /^apps\/sandbox\//, proofs: /^apps\/proofs\//, page: /^docs\// };
  const counts = Object.entries(parts).map(([part, path]) => `${part} ${lines(own, path)}`);
  const total = lines(own, /./);
  process.stdout.write(
    [
      `new-provider: touched outside: ${touched.map(({ path, newLines }) => `${path} (${newLines} line)`).join(', ')}`,
      `new-provider: by "pnpm run openapi": ${generated.join(', ')}`,
      `new-provider: from the template: ${lines(written, /./) - touched.length} lines in ${written.length - touched.length} files`,
      `new-provider: by hand, without tests: ${total} lines (${counts.join(', ')}); notes on the documents: ${lines(byHand, document)}\n`,
    ].join('\n'),
  );
  expect(total).toBeLessThanOrEqual(400);
}, 300_000);

/** Messages in the template's sources and tests about parts still to be written. */
async function unwritten(written: readonly Change[]): Promise<string[]> {
  const code = written.filter(({ path, isNewFile }) => isNewFile && path.endsWith('.ts'));
  const texts = await Promise.all(code.map(({ path }) => copy.read(path)));
  const messages = texts.flatMap((text) => [...text.matchAll(/(?:new Error|expect\.fail)\(\s*'([^']+\.ts: [^']+)'/g)]);
  expect(messages.length).toBeGreaterThan(4);
  return messages.map(([, message = '']) => message);
}
