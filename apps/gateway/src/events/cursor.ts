/** A place in the event log: behind all events before a position. */
export interface Place {
  readonly position: number;
  /** When the event before it was written; null without one, or where it is not known. */
  readonly writtenAt: Date | null;
}

/** A place as callers keep it. They are told nothing of what is in it. */
export function cursorAt({ position, writtenAt }: Place): string {
  const parts = ['1', String(position), ...(writtenAt === null ? [] : [checkOf(writtenAt)])];
  return Buffer.from(parts.join('.')).toString('base64url');
}

/** What a cursor says of its place. */
export interface CursorPlace {
  readonly position: number;
  /** {@link checkOf} the event before it; null if the cursor does not say. */
  readonly check: string | null;
}

/** The place in a cursor; null for a text that is none. */
export function placeIn(cursor: string): CursorPlace | null {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, digits, check = null] = /^1\.([1-9]\d{0,15})(?:\.([a-z\d]{1,4}))?$/.exec(text) ?? [];
  const position = Number(digits);
  const isCursor = Number.isSafeInteger(position) && Buffer.from(text).toString('base64url') === cursor;
  return isCursor ? { position, check } : null;
}

/** The position in a cursor; null for a text that is none. */
export function positionOf(cursor: string): number | null {
  return placeIn(cursor)?.position ?? null;
}

/** Tells the event at a position from the one that stood there before a backup was restored, or stands there in another log. */
export function checkOf(writtenAt: Date): string {
  return (writtenAt.getTime() % 65_521).toString(36);
}
