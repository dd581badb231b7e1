import type { Project } from 'typescript/unstable/sync';
import { Comparison } from './compare.ts';
import type { Describe } from './describe.ts';
import { findCalls } from './find.ts';
import { Source } from './source.ts';

/** Contradictions between the source's statements and the database, as `file:line: what`, and the number of statements compared. */
export interface Checked {
  readonly faults: readonly string[];
  readonly calls: number;
  readonly statements: number;
}

/** Compares every statement of some files with what the database makes of it. */
export async function checkStatements(
  project: Project,
  files: readonly string[],
  describe: Describe,
): Promise<Checked> {
  const comparison = new Comparison(project.checker);
  const faults = new Set<string>();
  let [calls, statements] = [0, 0];
  for (const file of files) {
    for (const call of findCalls(project, Source.path(file))) {
      calls += 1;
      if (call.fault !== undefined) faults.add(`${file}:${call.line}: ${call.fault}`);
      for (const statement of call.statements) {
        statements += 1;
        const found = await describe(statement.text).then(
          (description) => comparison.faults(call, statement, description),
          (error: Error) => [error.message],
        );
        for (const fault of found) faults.add(`${file}:${call.line}: ${fault}`);
      }
    }
  }
  return { faults: [...faults], calls, statements };
}
