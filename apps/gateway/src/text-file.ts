import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';

/** A file could not be read. Its message tells the operator why, and which user may not read it. */
export class UnreadableFile extends Error {}

/** The text of a file. @throws UnreadableFile */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableFile(whyUnreadable(path, error as NodeJS.ErrnoException));
  }
}

function whyUnreadable(path: string, error: NodeJS.ErrnoException): string {
  const { code = error.message } = error;
  if (code === 'ENOENT') return `there is no file ${path}`;
  if (code === 'ENOTDIR') return `there is no file ${path}: a part of its path is no folder`;
  if (code === 'EISDIR') return `${path} is a folder; expected a file`;
  if (code === 'EACCES' || code === 'EPERM') return `the ${reader()} may not read ${path}${ownerOf(path)}`;
  return `the file ${path} cannot be read (${code})`;
}

function reader(): string {
  const uid = process.geteuid?.();
  try {
    return `user ${userInfo().username} (uid ${uid})`;
  } catch {
    // The account has no name, as in many containers.
    return `user with uid ${uid}`;
  }
}

/** Empty if the folder itself may not be entered. */
function ownerOf(path: string): string {
  try {
    const { uid, gid, mode } = statSync(path);
    return `, which is of uid ${uid} and gid ${gid} with mode ${(mode & 0o777).toString(8).padStart(4, '0')}`;
  } catch {
    return '';
  }
}
