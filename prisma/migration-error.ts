/** A database that is not as this version needs it. The message is for the operator: it says what is wrong and how to mend it. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}
