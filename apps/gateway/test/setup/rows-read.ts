import type { Pool } from 'pg';

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Querying {
  query(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/**
 * Runs each statement, and adds to `read` how many rows of these tables it reads, shown or not.
 *
 * @param owner runs the statements
 */
export function countingRows(owner: Querying, tables: readonly string[], read: number[]): Pool {
  const query = async ({ text, values }: Statement): Promise<unknown> => {
    const { rows } = await owner.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    const plans = rows as { readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }[];
    read.push(plans.reduce((sum, { 'QUERY PLAN': [{ Plan }] }) => sum + rowsOf(Plan, tables), 0));
    return owner.query(text, values);
  };
  return { query } as unknown as Pool;
}

function rowsOf(node: PlanNode, tables: readonly string[]): number {
  const own = tables.includes(node['Relation Name'] ?? '')
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0;
  return (node.Plans ?? []).reduce((sum, inner) => sum + rowsOf(inner, tables), own);
}
