import type { Administration } from './administration.ts';

type Cell = string | number | bigint | Date | readonly string[] | null;

/** Prints rows: for a person as columns with headers, for a program as JSON. */
export function printRows<const Column extends string>(
  { print, json }: Pick<Administration, 'print' | 'json'>,
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, Cell>>[],
): void {
  if (json) {
    const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
    print(JSON.stringify(rows, plain));
    return;
  }
  const heads = columns.map((column) => column.replaceAll(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase());
  const lines = [heads, ...rows.map((row) => columns.map((column) => textOf(row[column])))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    print(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  if (cell instanceof Date) return cell.toISOString();
  return Array.isArray(cell) ? cell.join(',') : String(cell);
}
