import type { DatabasePoint } from './points.ts';
import type { Passage, Watcher } from './relay.ts';

/** The point at which a connection should stop; null for none. */
export type Armed<Point> = () => Point | null;

/**
 * Watches a connection to PostgreSQL for the commit of an operation's or a reveal's record (PostgreSQL documentation, "Message
 * Formats"). Reads only what distinguishes transactions: the text of statements and the end of transactions.
 */
export function watchPostgres(armed: Armed<DatabasePoint>): Watcher {
  const toServer = createFrames(true);
  const toClient = createFrames(false);
  const statements = new Map<string, string>();
  let record: DatabasePoint['record'] | null = null;
  let isOpen = false;
  /** The message by which the server confirms the commit that was sent last: for a statement of its own, that it is ready again. */
  let confirmedBy: 'C' | 'Z' | null = null;

  function notice(text: string): void {
    if (/^\s*BEGIN/i.test(text) || !isOpen) record = null;
    if (/^\s*(BEGIN|COMMIT|ROLLBACK)/i.test(text)) isOpen = text.startsWith('BEGIN');
    else if (/INSERT INTO operations\b/.test(text)) record = 'intent';
    else if (/UPDATE operations\b/.test(text)) record ??= 'outcome';
    // Beside a write's record, an audit row belongs to that write, whose codes are audited too.
    else if (/INSERT INTO audit_log\b/.test(text)) record ??= 'reveal';
  }

  return {
    sent(bytes) {
      for (const { type, body, start } of toServer(bytes)) {
        if (type === 'P') {
          const [name = '', text = ''] = body.toString('latin1').split('\0', 2);
          statements.set(name, text);
        } else if (type === 'B') {
          const [, name = ''] = body.toString('latin1').split('\0', 2);
          notice(statements.get(name) ?? '');
          confirmedBy = !isOpen && record === 'intent' ? 'Z' : null;
        } else if (type === 'Q') {
          const text = body.toString('latin1');
          notice(text);
          confirmedBy = text.startsWith('COMMIT') ? 'C' : null;
        }
        const point = armed();
        const isCommit = confirmedBy !== null && (type === 'B' || type === 'Q');
        if (isCommit && point?.at === 'before the commit' && point.record === record) {
          return { pass: bytes.subarray(0, Math.max(0, start)), trip: true };
        }
      }
      return whole(bytes);
    },
    answered(bytes) {
      for (const { type, body, start } of toClient(bytes)) {
        if (type === 'E') confirmedBy = null;
        if (type !== confirmedBy || (type === 'C' && !body.toString('latin1').startsWith('COMMIT'))) continue;
        confirmedBy = null;
        const point = armed();
        if (point === null || point.record !== record) continue;
        if (point.at === 'committed, unheard') return { pass: bytes.subarray(0, Math.max(0, start)), trip: true };
        if (point.at === 'committed, heard') return { pass: bytes, trip: true };
      }
      return whole(bytes);
    },
  };
}

const whole = (bytes: Buffer): Passage => ({ pass: bytes, trip: false });

interface Frame {
  readonly type: string;
  readonly body: Buffer;
  /** Its start within the bytes that completed it; negative if it started in earlier ones. */
  readonly start: number;
}

/** Splits a stream into messages. The client's start-up message has a length but no type. */
function createFrames(isFirstUntyped: boolean): (bytes: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  let untyped = isFirstUntyped;
  return (bytes) => {
    const kept = rest.length;
    rest = kept === 0 ? bytes : Buffer.concat([rest, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const lead = untyped ? 0 : 1;
      if (rest.length < at + lead + 4) break;
      const end = at + lead + rest.readUInt32BE(at + lead);
      if (rest.length < end) break;
      if (!untyped) {
        const type = String.fromCharCode(rest[at] ?? 0);
        frames.push({ type, body: rest.subarray(at + 5, end), start: at - kept });
      }
      untyped = false;
      at = end;
    }
    rest = rest.subarray(at);
    return frames;
  };
}
