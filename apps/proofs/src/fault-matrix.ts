import { writeFile } from 'node:fs/promises';
import { accounts } from './fault-matrix/accounts.ts';
import { pageText } from './fault-matrix/page.ts';
import { runFaultMatrix } from './fault-matrix/run.ts';

const page = new URL('../../../docs/fault-matrix.md', import.meta.url);

const report = await runFaultMatrix(accounts);
await writeFile(page, pageText(report));
const calls = report.accounts.reduce((sum, { rows }) => sum + rows.length, 0);
process.stdout.write(`docs/fault-matrix.md: ${calls} calls of ${report.accounts.length} accounts\n`);
for (const difference of report.differences) process.stdout.write(`${difference}\n`);
process.exitCode = report.differences.length === 0 ? 0 : 1;
