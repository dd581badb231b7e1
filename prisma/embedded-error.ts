/** The embedded server cannot be used. The message tells the person at the terminal what is wrong and how to fix it. */
export class EmbeddedError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EmbeddedError';
  }
}

/** How to fix PostgreSQL's start-up errors, by a part of its log. */
const mends: readonly (readonly [said: RegExp, mend: (dataFolder: string) => string])[] = [
  [
    /No space left on device|Disk quota exceeded/,
    () => 'The disk is full: free some space and start again. Nothing is lost.',
  ],
  [
    /lock file ".*" already exists/,
    (folder) =>
      `Another PostgreSQL runs with the data in ${folder}. Stop it (the log above has its process id) and start again.`,
  ],
  [
    /global\/pg_control|control file|could not locate a valid checkpoint|could not open directory|incompatible with server|invalid page|base\/\d+/,
    (folder) =>
      `Files of the database in ${folder} are damaged or gone. Put the folder back from a copy; or remove it to begin anew, without its data.`,
  ],
  [
    /initialized by PostgreSQL version/,
    (folder) =>
      `The data in ${folder} is of another version of PostgreSQL. Start with the version of this project that made it and take a dump; or remove the folder to begin anew.`,
  ],
  [
    /has group or world access|has wrong ownership|Permission denied/,
    (folder) => `Give ${folder} back to the user that PostgreSQL runs as, with mode 0700 (chown -R, chmod 700).`,
  ],
];

/** @param lines the end of the server's log */
export function didNotStart(lines: readonly string[], dataFolder: string, cause?: unknown): EmbeddedError {
  const text = lines.slice(-20).join('\n');
  const mend = mends.find(([said]) => said.test(text))?.[1](dataFolder);
  return new EmbeddedError(
    ['PostgreSQL did not start:', text, ...(mend === undefined ? [] : ['', mend])].join('\n'),
    cause,
  );
}
