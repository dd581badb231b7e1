import type { ProviderPoint } from './points.ts';
import type { Armed } from './postgres-wire.ts';
import type { Passage, Watcher } from './relay.ts';

/**
 * Watches a connection to a provider, whose requests follow one another. A point applies only to requests whose first line
 * `isWrite` accepts.
 */
export function watchHttp(armed: Armed<ProviderPoint>, isWrite: (firstLine: string) => boolean): Watcher {
  /** Bytes of the current request seen so far, out of `total`. */
  let seen = 0;
  let total = 0;
  let watched = false;
  let answering = true;

  function begin(bytes: Buffer): void {
    const head = bytes.toString('latin1');
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? '0';
    seen = 0;
    total = head.indexOf('\r\n\r\n') + 4 + Number(length);
    watched = isWrite(head.slice(0, head.indexOf('\r\n')));
    answering = false;
  }

  return {
    sent(bytes) {
      if (answering) begin(bytes);
      const point = watched ? armed() : null;
      const before = seen;
      seen += bytes.length;
      const stop = point === null ? null : stopWithin(point, total);
      return stop === null || stop > seen || stop < before ? whole(bytes) : cut(bytes, stop - before);
    },
    answered(bytes) {
      const isFirst = !answering;
      answering = true;
      const point = watched && isFirst ? armed() : null;
      switch (point?.at) {
        case 'before the answer':
          return cut(bytes, 0);
        case 'amid the answer':
          return cut(bytes, 1 + Math.floor(point.share * (bytes.length - 1)));
        case 'answer heard':
          return { pass: bytes, trip: true };
        case undefined:
        case 'before the first byte':
        case 'amid the request':
        case 'before the last byte':
        case 'request sent':
          return whole(bytes);
      }
    },
  };
}

/** The number of request bytes, out of `total`, after which the wire stops; null for a point within the answer. */
function stopWithin(point: ProviderPoint, total: number): number | null {
  switch (point.at) {
    case 'before the first byte':
      return 0;
    case 'amid the request':
      return 1 + Math.floor(point.share * (total - 1));
    case 'before the last byte':
      return total - 1;
    case 'request sent':
      return total;
    case 'before the answer':
    case 'amid the answer':
    case 'answer heard':
      return null;
  }
}

const whole = (bytes: Buffer): Passage => ({ pass: bytes, trip: false });
const cut = (bytes: Buffer, at: number): Passage => ({ pass: bytes.subarray(0, at), trip: true });
