import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { createRoles, roleUrls } from '@card-gateway/database/roles';
import { readTextFile, UnreadableFile } from '../text-file.ts';
import type { Administration } from './administration.ts';
import { printRows } from './table.ts';
import { UsageError } from './usage.ts';

/** Files with one password each; a missing one is generated. */
export interface PasswordFiles {
  readonly 'owner-password-file'?: string | undefined;
  readonly 'runtime-password-file'?: string | undefined;
}

/**
 * Creates the owner and the runtime role, or gives existing ones new passwords, and prints their connection strings.
 *
 * @param superuserUrl of the database that the owner will own
 * @throws UsageError if a file cannot be read
 */
export async function makeRoles(
  superuserUrl: string,
  files: PasswordFiles,
  output: Pick<Administration, 'print' | 'remark' | 'json'>,
): Promise<void> {
  const owner = passwordOf(files, 'owner-password-file');
  const runtime = passwordOf(files, 'runtime-password-file');
  await createRoles(superuserUrl, { owner, runtime });
  const urls = roleUrls(superuserUrl, { owner, runtime });
  tellOfServersOwn(superuserUrl, output);
  printRows(
    output,
    ['role', 'databaseUrl'],
    [
      { role: 'owner', databaseUrl: shown(urls.owner, files['owner-password-file']) },
      { role: 'runtime', databaseUrl: shown(urls.runtime, files['runtime-password-file']) },
    ],
  );
}

/** Databases that every server has: a superuser's address often names one of them. */
const serversOwn: ReadonlySet<string> = new Set(['', 'postgres', 'template1']);

/** Warns if the strings name the database that the superuser connected to, and that is probably not the gateway's. */
export function tellOfServersOwn(superuserUrl: string, { remark }: Pick<Administration, 'remark'>): void {
  const database = new URL(superuserUrl).pathname.slice(1);
  if (!serversOwn.has(database)) return;
  remark(
    `DATABASE_URL leads to "${database}", the server's own database. If the gateway is to have another one, make it ` +
      '(CREATE DATABASE card_gateway), and run this again with its name in DATABASE_URL: it is handed to the owner then.',
  );
}

/** A password from the operator's file is not printed again. */
function shown(text: string, file: string | undefined): string {
  if (file === undefined) return text;
  const url = new URL(text);
  url.password = '';
  return url.href;
}

function passwordOf(files: PasswordFiles, name: keyof PasswordFiles): string {
  const { [name]: file } = files;
  if (file === undefined) return randomBytes(18).toString('base64url');
  let password: string;
  try {
    password = readTextFile(resolve(file)).trim();
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new UsageError(`--${name}: ${error.message}.`);
  }
  if (password === '') throw new UsageError(`--${name}: the file ${file} is empty; expected a password.`);
  return password;
}
