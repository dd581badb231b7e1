import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

const folder = new URL('migrations/', import.meta.url);

export interface MigrationFile {
  readonly name: string;
  readonly script: string;
  /** SHA-256 of the file, as the Prisma CLI computes it. */
  readonly checksum: string;
}

/** This version's migrations, in the order in which they are applied. */
export async function migrationFiles(): Promise<MigrationFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  return Promise.all(
    names.map(async (name) => {
      const script = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') };
    }),
  );
}

/** A statement of a script, with the line on which it begins. */
export interface Statement {
  readonly text: string;
  readonly line: number;
}

/** String literals and comments, in which a semicolon ends nothing, and the semicolons that end a statement. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|;/g;
const blank = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*/;

/** Splits a script at the semicolons that end a statement. */
export function statementsOf(script: string): Statement[] {
  const ends = [...script.matchAll(token)].flatMap(({ 0: text, index }) => (text === ';' ? [index + 1] : []));
  return [0, ...ends].flatMap((start, place) => {
    const text = script.slice(start, ends[place] ?? script.length);
    const lead = blank.exec(`${text}\n`)?.[0].length ?? 0;
    if (lead >= text.length) return [];
    return [{ text: text.slice(lead), line: script.slice(0, start + lead).split('\n').length }];
  });
}

/** Whether the statement refuses to run in a transaction. */
export function runsAlone({ text }: Statement): boolean {
  return /^(?:CREATE (?:UNIQUE )?|DROP |RE)INDEX\b.*\bCONCURRENTLY\b/i.test(text);
}

/**
 * Whether a script that stopped half-way may simply run again: none of its statements is in a transaction, and it begins by
 * removing what it may have left, such as an invalid index.
 */
export function isRepeatable(script: string): boolean {
  const statements = statementsOf(script);
  return statements.every(runsAlone) && /^DROP INDEX CONCURRENTLY IF EXISTS\b/i.test(statements[0]?.text ?? '');
}
