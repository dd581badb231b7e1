/** A problem that the person at the terminal can fix; shown without a stack. */
export class StartError extends Error {}

/** How to fix the operating system's errors about a file. */
const mends: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space and start again. What was there before is kept.',
  EDQUOT: 'The quota of this user is used up: free some space and start again. What was there before is kept.',
  EROFS: 'It is on a file system that can only be read: make that writable.',
  EACCES: 'This user may not use it: give it to this user (chown -R), or start as the user that it belongs to.',
  EPERM: 'This user may not change it: give it to this user (chown -R), or start as the user that it belongs to.',
  EISDIR: 'There is a folder where a file is expected: remove it.',
  ENOTDIR: 'There is a file where a folder is expected: remove it.',
  EMFILE: 'This process may open no more files: raise the limit (ulimit -n).',
};

/** The message for the person at the terminal: how to fix the error if known, otherwise the error with its stack. */
export function startFailure(error: unknown): unknown {
  if (error instanceof StartError) return error.message;
  const { code = '', path, dest, message } = error as NodeJS.ErrnoException & { dest?: string };
  const mend = mends[code];
  if (mend === undefined) return error;
  const place = path ?? dest;
  return `${place === undefined ? message : `${place} cannot be used (${code})`}. ${mend}`;
}
