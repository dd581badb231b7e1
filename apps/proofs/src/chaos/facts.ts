import { toPublicId } from '@card-gateway/core';
import type { LedgerEntry } from '@card-gateway/sandbox';
import type { EventFacts } from './event-log.ts';
import type { Intent, Reveal } from './diary.ts';
import type { AuditFact, ChangeFact, OperationFact, ResourceFact } from './store.ts';

/** What must never happen: each count must be 0. */
export const violationNames = [
  'duplicates',
  'lost acknowledged writes',
  'effects without an intent',
  'operations closed without evidence',
  'unknowns older than their limit',
  'effects reported as refused',
  'answers that changed',
  'states that went back',
  'secrets shown to others',
  'reveals that were not written down',
  'secrets in the database or the logs',
  'gateways that ended by themselves',
  'changes without their event, or events without their change',
  'events that a reader did not get',
  'events that a reader got twice',
  'events that a destination did not get',
  'events of one subject out of order',
  'posts without a valid signature',
] as const;
export type ViolationName = (typeof violationNames)[number];

/** A card at its provider; the gateway may store only its state. */
export interface CardFact {
  readonly uniqueNo: string;
  readonly status: string;
  readonly number: string;
  readonly expiry: string;
  readonly cvv: string;
  /** Empty until one is set. */
  readonly pin: string;
}

export interface Traces {
  /** Places where a secret of the run was found. */
  readonly leaks: readonly string[];
  /** Denied reveals whose audit row could not be written, according to the log, because the database was unavailable. */
  readonly unwrittenDenials: number;
}

/** Both sides after reconciliation. */
export interface Facts {
  readonly intents: readonly Intent[];
  /** The providers' real effects. */
  readonly ledger: readonly LedgerEntry[];
  /** The cards at the provider, by its own number. */
  readonly cards: ReadonlyMap<string, CardFact>;
  /** Payment tokens, including removed ones, by the provider's id of the binding. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly reveals: readonly Reveal[];
  readonly audit: readonly AuditFact[];
  readonly operations: readonly OperationFact[];
  readonly resources: readonly ResourceFact[];
  readonly changes: readonly ChangeFact[];
  /** Acknowledged resources that an immediate read did not find. */
  readonly notFoundAfterwards: number;
  /** Gateways that ended without being killed. */
  readonly endedByThemselves: number;
  /** Distinct callbacks acknowledged to the provider, and all stored ones. */
  readonly callbacks: { readonly acknowledged: number; readonly stored: number };
  /** Secrets left in logs and database; null until the run is over. */
  readonly traces: Traces | null;
  /** Null until the run is over. */
  readonly events: EventFacts | null;
}

export type Found = Readonly<Record<ViolationName, string[]>>;
export type Verdict = Readonly<Record<ViolationName, readonly string[]>>;

/** Effects on a user's bank card, and their writes. In a run each user has one card and one start. */
export const byUser: Readonly<Record<string, string>> = { sms_sent: 'startBinding', card_bound: 'verifyBinding' };

export interface Index {
  readonly byId: ReadonlyMap<string, OperationFact>;
  readonly byKey: ReadonlyMap<string, readonly OperationFact[]>;
  readonly resources: ReadonlyMap<string, ResourceFact>;
  readonly ofResource: ReadonlyMap<string, readonly OperationFact[]>;
  /** Public ids of cards and bindings, by the provider's ids. */
  readonly byRef: ReadonlyMap<string, string>;
  readonly bindingsOf: ReadonlyMap<string, readonly ResourceFact[]>;
  /** By effect and subject. */
  readonly effects: ReadonlyMap<string, readonly LedgerEntry[]>;
}

export const publicIdOf = ({ kind, id }: ResourceFact): string => toPublicId(kind, id);

export function indexed({ operations, resources, ledger }: Facts): Index {
  const byUuid = new Map(resources.map((resource) => [resource.id, publicIdOf(resource)]));
  return {
    byId: new Map(operations.map((operation) => [toPublicId('operation', operation.id), operation])),
    byKey: Map.groupBy(
      operations.filter(({ key }) => key !== null),
      ({ key }) => key ?? '',
    ),
    resources: new Map(resources.map((resource) => [publicIdOf(resource), resource])),
    ofResource: Map.groupBy(operations, ({ resourceId }) => byUuid.get(resourceId) ?? resourceId),
    byRef: new Map(
      resources.flatMap((one) => (one.providerRef === null ? [] : [[one.providerRef, publicIdOf(one)] as const])),
    ),
    bindingsOf: Map.groupBy(
      resources.filter(({ user }) => user !== null),
      ({ user }) => user ?? '',
    ),
    effects: Map.groupBy(ledger, ({ effect, reference, subject }) =>
      effect in byUser ? `${effect} ${subject}` : `${effect} ${reference}`,
    ),
  };
}
