import type { Delivery } from './callbacks/delivery.ts';
import type { Clock } from './clock.ts';

/** One real effect at a provider (not one request): the oracle for "at most once". */
export interface LedgerEntry {
  provider: string;
  operation: string;
  /** The caller's reference (unique number, request number) or, without one, the resource's own id. */
  reference: string;
  effect: string;
  /** The person concerned: cardholder or user. */
  subject: string;
  at: string;
}

/** One received request, whatever its result. Never its body. */
export interface RequestEntry {
  provider: string;
  operation: string;
  reference: string;
  at: string;
}

export interface Sms {
  provider: string;
  user: string;
  phone: string;
  bizId: string;
  code: string;
  at: string;
}

export interface RequestCount {
  provider: string;
  operation: string;
  count: number;
}

/** Bounds memory in long load runs: counts are exact, lists keep only the latest entries. */
const keptRequests = 10_000;
const keptDeliveries = 10_000;

export interface Journal {
  ledger: LedgerEntry[];
  requests: RequestEntry[];
  sms: Sms[];
  /** Callbacks sent, in the order in which they were answered or timed out. */
  deliveries: Delivery[];
  effect(entry: Omit<LedgerEntry, 'at'>): void;
  request(entry: Omit<RequestEntry, 'at'>): void;
  smsSent(entry: Omit<Sms, 'at'>): void;
  delivered(delivery: Delivery): void;
  counts(): RequestCount[];
  /** Has those who wait look again. */
  readonly changed: () => void;
  /** Resolves once `check` holds; evaluated now and after every entry. */
  until(check: () => boolean): Promise<void>;
  close(): void;
  reset(): void;
  /** Without requests and deliveries, which are counted since this process started. */
  snapshot(): JournalSnapshot;
  restore(saved: JournalSnapshot): void;
}

export type JournalSnapshot = Pick<Journal, 'ledger' | 'sms'>;

export function createJournal(clock: Clock): Journal {
  const counts = new Map<string, RequestCount>();
  const waiting = new Set<{ check: () => boolean; resolve: () => void; reject: (error: Error) => void }>();
  const at = () => new Date(clock.now()).toISOString();
  function changed(): void {
    for (const waiter of waiting) {
      if (!waiter.check()) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  }
  const journal: Journal = {
    ledger: [],
    requests: [],
    sms: [],
    deliveries: [],
    effect(entry) {
      journal.ledger.push({ ...entry, at: at() });
      changed();
    },
    request(entry) {
      const { provider, operation } = entry;
      const key = `${provider} ${operation}`;
      const count = counts.get(key) ?? { provider, operation, count: 0 };
      count.count += 1;
      counts.set(key, count);
      journal.requests.push({ ...entry, at: at() });
      if (journal.requests.length >= 2 * keptRequests) journal.requests.splice(0, keptRequests);
      changed();
    },
    smsSent(entry) {
      journal.sms.push({ ...entry, at: at() });
      changed();
    },
    delivered(delivery) {
      journal.deliveries.push(delivery);
      if (journal.deliveries.length >= 2 * keptDeliveries) journal.deliveries.splice(0, keptDeliveries);
      changed();
    },
    changed,
    counts: () => [...counts.values()],
    until(check) {
      if (check()) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        waiting.add({ check, resolve, reject });
      });
    },
    close() {
      for (const waiter of waiting) waiter.reject(new Error('The sandbox was closed while a test waited for it.'));
      waiting.clear();
    },
    reset() {
      counts.clear();
      journal.ledger = [];
      journal.requests = [];
      journal.sms = [];
      journal.deliveries = [];
    },
    snapshot: () => ({ ledger: journal.ledger, sms: journal.sms }),
    restore(saved) {
      journal.ledger = [...saved.ledger];
      journal.sms = [...saved.sms];
    },
  };
  return journal;
}
