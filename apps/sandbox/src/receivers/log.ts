import type { AnswerName } from './answers.ts';
import type { Verdict } from './verdict.ts';

/** What is kept of a delivery in compact mode. */
export interface DeliveryRow {
  readonly at: string;
  /** `webhook-id`; empty without one. */
  readonly id: string;
  /** `subject` and `subjectVersion` of the body; null where it has none. */
  readonly subject: string | null;
  readonly version: number | null;
  /** Whether it was answered with 2xx, in an ordinary way. */
  readonly accepted: boolean;
}

export interface EventDelivery extends DeliveryRow {
  readonly type: string | null;
  readonly verdict: Verdict;
  /** Why the verdict is not `valid`. */
  readonly why: string | null;
  /** The same `webhook-id` was delivered before. */
  readonly duplicate: boolean;
  /** A greater version of the subject was delivered before. */
  readonly inversion: boolean;
  readonly answer: AnswerName;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bounds of what all receivers together keep. */
export interface Bounds {
  readonly deliveries: number;
  /** Characters of all bodies. */
  readonly text: number;
  readonly rows: number;
  /** Ids, and subjects, that duplicates and inversions are recognised by: at least so many, and at most twice as many. */
  readonly known: number;
}
export const usualBounds: Bounds = { deliveries: 10_000, text: 32 * 2 ** 20, rows: 500_000, known: 250_000 };

/** What is known of the latest keys of each receiver. */
export function createKnown<T>(limit: number) {
  type Generation = Map<string, Map<string, T>>;
  let recent: Generation = new Map();
  let older: Generation = new Map();
  let size = 0;
  return {
    get: (receiver: string, key: string) => recent.get(receiver)?.get(key) ?? older.get(receiver)?.get(key),
    set(receiver: string, key: string, value: T): void {
      const known = recent.get(receiver) ?? new Map<string, T>();
      recent.set(receiver, known);
      if (!known.has(key)) size += 1;
      known.set(key, value);
      if (size < limit) return;
      older = recent;
      recent = new Map();
      size = 0;
    },
    clear(): void {
      recent = new Map();
      older = new Map();
      size = 0;
    },
  };
}

/** The latest deliveries, in the order of their arrival. */
export function createLog({ deliveries: mostDeliveries, text: mostText, rows: mostRows }: Bounds) {
  let full: { receiver: string; delivery: EventDelivery }[] = [];
  let rows: (DeliveryRow & { receiver: string })[] = [];
  let text = 0;
  return {
    add(receiver: string, delivery: EventDelivery): void {
      full.push({ receiver, delivery });
      text += delivery.body.length;
      while (full.length > mostDeliveries || text > mostText) text -= full.shift()?.delivery.body.length ?? text;
    },
    addRow(receiver: string, { at, id, subject, version, accepted }: DeliveryRow): void {
      rows.push({ receiver, at, id, subject, version, accepted });
      // In one go, because moving all others on is slow.
      if (rows.length > mostRows) rows.splice(0, Math.ceil(mostRows / 10));
    },
    deliveries: (receiver: string) => full.filter((one) => one.receiver === receiver).map(({ delivery }) => delivery),
    rows: (receiver: string): DeliveryRow[] =>
      rows.filter((one) => one.receiver === receiver).map(({ receiver: _receiver, ...row }) => row),
    clear(): void {
      full = [];
      rows = [];
      text = 0;
    },
  };
}
