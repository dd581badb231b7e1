/** `never` where the schema says so, `not here` where the statement leaves no null. */
export type Nulls = 'never' | 'not here' | 'perhaps';

/** As much of a plan as `EXPLAIN (VERBOSE, FORMAT JSON)` gives. */
export interface Plan {
  readonly Output?: readonly string[];
  readonly Plans?: readonly Plan[];
  readonly 'Join Type'?: string;
  readonly 'Parent Relationship'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Function Call'?: string;
  readonly Alias?: string;
  readonly 'CTE Name'?: string;
  readonly 'Subplan Name'?: string;
  readonly Filter?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
}

/** Which outputs of a plan are never null, by what the plan itself shows; all others may be. */
export class Nullability {
  readonly #plan: Plan;
  readonly #isNotNull: (table: string, column: string) => boolean;
  readonly #nodes: readonly Plan[];
  readonly #outer: ReadonlySet<string>;
  readonly #conditions: string;

  /** @param isNotNull whether a column of a table is declared so */
  constructor(plan: Plan, isNotNull: (table: string, column: string) => boolean) {
    this.#plan = plan;
    this.#isNotNull = isNotNull;
    this.#nodes = nodesOf(plan);
    this.#outer = outerColumns(plan);
    this.#conditions = this.#nodes
      .flatMap((node) => [node.Filter, node['Index Cond'], node['Recheck Cond']])
      .filter((condition) => condition?.includes(' OR ') === false)
      .join(' ');
  }

  /** @param isNotNull whether the output at that place is a column that is declared so */
  of(place: number, isNotNull: boolean): Nulls {
    const output = unwrapped(this.#plan.Output?.[place] ?? 'NULL');
    if (isNotNull && !this.#outer.has(output)) return 'never';
    return this.#isNeverNull(output) ? 'not here' : 'perhaps';
  }

  #isNeverNull(text: string): boolean {
    const output = unwrapped(text);
    const [, first, second] = /^CASE WHEN (?!.* WHEN ).* THEN (.*) ELSE (.*) END$/s.exec(output) ?? [];
    if (first !== undefined && second !== undefined) return this.#isNeverNull(first) && this.#isNeverNull(second);
    const [value = '', ...cast] = split(output, '::');
    if (cast.length > 0) return this.#isNeverNull(value);
    if (
      /^('.*'|-?[\d.]+|true|false|CURRENT_USER|EXISTS\(.*|.* IS (NOT )?(NULL|TRUE|FALSE|DISTINCT FROM .*))$/s.test(
        output,
      )
    )
      return true;
    if (/^(count|now|clock_timestamp|current_setting)\(/.test(output)) return true;
    const [, given] = /^(?:COALESCE|GREATEST|LEAST)\((.*)\)$/s.exec(output) ?? [];
    if (given !== undefined) return split(given, ', ').some((one) => this.#isNeverNull(one));
    const [, parts] = /^split_part\((.*)\)$/s.exec(output) ?? [];
    const sides = parts === undefined ? split(output, ' = ') : split(parts, ', ');
    if (sides.length > 1) return sides.every((side) => this.#isNeverNull(side));
    return this.#isColumnNeverNull(output);
  }

  #isColumnNeverNull(output: string): boolean {
    const [, alias, column] = /^(?:(\w+)\.)?(\w+)$/.exec(output) ?? [];
    if (column === undefined || this.#outer.has(output)) return false;
    // A row for which this is null would not have met the condition.
    const meets = new RegExp(`\\((${alias ?? '\\w+'}\\.)?${column} (=|<=?|>=?|IS NOT NULL)`);
    if (meets.test(this.#conditions)) return true;
    const scanned = this.#nodes.filter((node) => alias === undefined || node.Alias === alias);
    return scanned.some((node) => {
      const name = node['CTE Name'];
      // Of a CTE, only a column that it hands on under its own name.
      const from = name === undefined ? node : this.#nodes.find((one) => one['Subplan Name'] === `CTE ${name}`);
      const table = from?.['Relation Name'] ?? imagedTable(from);
      if (name !== undefined && from?.Output?.includes(`${table}.${column}`) !== true) return false;
      return this.#isNotNull(table, column);
    });
  }
}

/** The table whose rows are read from their images: what is not null in a row, is not null in its image. */
function imagedTable(node: Plan | undefined): string {
  const [, kind] = /NULL::(\w+)_image/.exec(node?.['Function Call'] ?? '') ?? [];
  if (kind === undefined) return '';
  return kind === 'transaction' ? 'card_transactions' : `${kind}s`;
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Columns of the side of a join that may have no row. */
function outerColumns(plan: Plan, isOuter = false): Set<string> {
  const found = new Set(isOuter ? plan.Output?.map(unwrapped) : []);
  for (const inner of plan.Plans ?? []) {
    const join = `${plan['Join Type']} ${inner['Parent Relationship']}`;
    const mayMiss = /^(Full .*|Left Inner|Right Outer)$/.test(join);
    for (const column of outerColumns(inner, isOuter || mayMiss)) found.add(column);
  }
  return found;
}

/** Parts of an expression, cut where no bracket or string is open. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "'") isQuoted = !isQuoted;
    else if (!isQuoted && character === '(') depth += 1;
    else if (!isQuoted && character === ')') depth -= 1;
    if (!isQuoted && depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  }
  return [...parts, text.slice(start)];
}

function unwrapped(text: string): string {
  const isWrapped = text.startsWith('(') && split(`${text} `, ' ').length === 2 && split(text, ')(').length === 1;
  return isWrapped ? unwrapped(text.slice(1, -1)) : text;
}
