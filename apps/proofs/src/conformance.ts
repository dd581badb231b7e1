import { writeFile } from 'node:fs/promises';
import { accounts } from './conformance/accounts.ts';
import { pageText } from './conformance/page.ts';
import { runConformance } from './conformance/run.ts';

const page = new URL('../../../docs/conformance.md', import.meta.url);

const report = await runConformance(accounts);
await writeFile(page, pageText(report));
const calls = report.accounts.reduce((sum, { rows }) => sum + rows.length, 0);
process.stdout.write(`docs/conformance.md: ${calls} calls of ${report.accounts.length} accounts\n`);
for (const difference of report.differences) process.stdout.write(`${difference}\n`);
process.exitCode = report.differences.length === 0 ? 0 : 1;
