import { shownInstant } from './instants.ts';

/** U+001F, the unit separator. */
const separator = '\x1f';

/** SQL expressions by the names of their values. */
type Columns<Name> = Readonly<Record<Extract<Name, string>, string>>;

/** Several columns in one. */
export interface Packed<Row> {
  readonly sql: string;
  /** @throws if a value contains the separator */
  readonly unpack: (text: string) => Row;
}

/**
 * Columns as one text, because PostgreSQL and its client spend more time on each value of a row than on its characters.
 *
 * @param texts never empty, and without control characters
 * @param instants read as {@link shownInstant}s
 */
export function packed<Row extends Readonly<Record<string, string | null>>>(
  texts: Columns<Exclude<keyof Row, `${string}At` | `${string}Since`>>,
  instants: Columns<Extract<keyof Row, `${string}At` | `${string}Since`>>,
): Packed<Row> {
  const columns: Readonly<Record<string, string>> = { ...texts, ...instants };
  const names = Object.keys(columns);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  const firstInstant = Object.keys(texts).length;
  return {
    sql: `concat_ws('${separator}', ${Object.values(columns)
      .map((sql) => `coalesce(${sql}::text, '')`)
      .join(', ')})`,
    unpack: (text) => {
      const row: Record<string, string | null> = { ...empty };
      let from = 0;
      let at = 0;
      for (const name of names) {
        const found = text.indexOf(separator, from);
        const isLast = at === names.length - 1;
        if (found < 0 !== isLast) throw new Error('A packed value contains the separator.');
        const end = isLast ? text.length : found;
        const value = text.slice(from, end);
        if (value !== '') row[name] = at < firstInstant ? value : shownInstant(value);
        from = end + 1;
        at += 1;
      }
      return row as Row;
    },
  };
}
