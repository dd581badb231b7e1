/** The database is not in the state that this version needs. The message tells the operator what is wrong and how to fix it. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}
