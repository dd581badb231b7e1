import { shownInstant } from './instants.ts';

/** U+001F, the unit separator. */
const separator = '\x1f';

/** SQL expressions by the names of their values. */
type Columns<Name> = Readonly<Record<Extract<Name, string>, string>>;

/** Several columns in one, beside others. */
export interface Packed<Row, Plain extends keyof Row> {
  readonly sql: string;
  /** @throws if a value contains the separator */
  readonly unpack: (text: string, plain: Pick<Row, Plain>) => Row;
}

/**
 * Columns as one text, because PostgreSQL and its client spend more time on each value of a row than on its characters.
 *
 * @param texts never empty, and without control characters
 * @param instants read as {@link shownInstant}s
 * @param plain columns that are not packed
 */
export function packed<
  Row extends { readonly [Name in keyof Row]: string | null },
  Plain extends Extract<keyof Row, string>,
>(
  texts: Columns<Exclude<keyof Row, Plain | `${string}At` | `${string}Since`>>,
  instants: Columns<Extract<keyof Row, `${string}At` | `${string}Since`>>,
  plain: readonly Plain[],
): Packed<Row, Plain> {
  const columns: Readonly<Record<string, string>> = { ...texts, ...instants };
  const names = Object.keys(columns);
  // With all members: one that gets more of them by name becomes a table, which is slow and large.
  const empty = Object.fromEntries([...names, ...plain].map((name) => [name, null]));
  const firstInstant = Object.keys(texts).length;
  return {
    sql: `concat_ws('${separator}', ${Object.values(columns)
      .map((sql) => `coalesce(${sql}::text, '')`)
      .join(', ')})`,
    unpack: (text, others) => {
      const values = text.split(separator);
      if (values.length !== names.length) throw new Error('A packed value contains the separator.');
      const row: Record<string, string | null> = { ...empty };
      let at = 0;
      for (const name of names) {
        const value = values[at] ?? '';
        if (value !== '') row[name] = at < firstInstant ? value : shownInstant(value);
        at += 1;
      }
      for (const name of plain) row[name] = others[name];
      return row as Row;
    },
  };
}
