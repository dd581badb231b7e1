/** The place in the event log behind the events before a position, as callers keep it. They are told nothing of what is in it. */
export function cursorAt(position: number): string {
  return Buffer.from(`1.${position}`).toString('base64url');
}

/** The position in a cursor; null for a text that is none. */
export function positionOf(cursor: string): number | null {
  const digits = /^1\.([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  const position = Number(digits);
  return digits !== undefined && Number.isSafeInteger(position) && cursorAt(position) === cursor ? position : null;
}
