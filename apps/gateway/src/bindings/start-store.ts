import { gathered, inTransaction } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { lockNames } from '../advisory-locks.ts';
import { guessLock } from '../guesses/store.ts';
import { type Claimed, type NewOperation, rowOf } from '../ledger/new-operation.ts';
import { isConnection } from '../ledger/record-store.ts';
import { sendClaims, type SendClaims } from '../ledger/send-claims-store.ts';
import { noOperation } from '../ledger/reference.ts';
import type { OperationRow } from '../ledger/store.ts';
import {
  counted,
  isOpen,
  type NewBinding,
  ofCard,
  ownOf,
  refusalsOf,
  type Start,
  startColumns,
  type StartLimits,
  type StartRefusal,
} from './start-limits-store.ts';
import type { BindingRow } from './store.ts';

/** A start that was recorded, or why not. */
interface Judged {
  readonly id: string;
  readonly claimed: Claimed | null;
  readonly refusal: StartRefusal | null;
  /** By the database's clock, as the limits count. */
  readonly smsAt: Date;
  /** Whether it was the only one of its transaction, and so waited for whatever it had to wait for. */
  readonly wasAlone: boolean;
}

export interface RecordedStart {
  readonly operation: OperationRow;
  readonly binding: BindingRow;
}

/**
 * Records a start with its binding, if the limits on SMS and card numbers allow it. They hold across processes: starts for the
 * same card, phone or user wait for one another, and the database's clock counts. An older open challenge for the user's card is
 * closed, so that at most one is open.
 *
 * @returns nothing recorded and no refusal if the Idempotency-Key is taken
 */
export async function recordStart(
  to: Pool | PoolClient,
  operation: NewOperation,
  binding: NewBinding,
  limits: StartLimits,
): Promise<{ readonly recorded: RecordedStart | null; readonly refusal: StartRefusal | null }> {
  const start = { operation, binding, limits };
  let judged = await recordTogether(to, start);
  if (judged?.claimed === null && judged.refusal === null && !judged.wasAlone && !isConnection(to)) {
    [judged = null] = await inTransaction(to, (client) => recordStarts(client, [start]));
  }
  if (judged === null) throw new Error('A start was judged without a result.');
  const { claimed, refusal, smsAt } = judged;
  if (claimed === null) return { recorded: null, refusal };
  const resendAfter = new Date(smsAt.getTime() + limits.resendAfterMs);
  const shown = recordedBinding(binding, resendAfter, operation.createdAt);
  return { recorded: { operation: rowOf(operation, claimed), binding: shown }, refusal: null };
}

/** Takes the locks that {@link recordStart} will take. */
export async function lockStart(client: PoolClient, start: Pick<Start, 'binding' | 'limits'>): Promise<void> {
  await lockNames(client, inOneOrder([namesOf(start)]));
}

/** The starts of one turn are one transaction. */
const recordTogether = gathered<Start, Judged>({
  askKey: ({ operation }) => operation.id,
  rowKey: ({ id }) => id,
  send: (to, starts) =>
    isConnection(to) ? recordStarts(to, starts) : inTransaction(to, (client) => recordStarts(client, starts)),
});

/**
 * Records starts. Only one that is alone closes an older challenge, because it may have to wait for that: several of them would
 * hold up one another, and could deadlock.
 */
async function recordStarts(client: PoolClient, starts: readonly Start[]): Promise<Judged[]> {
  const smsAt = await lockNames(client, inOneOrder(starts.map(namesOf)));
  const wasAlone = starts.length === 1;
  const judged: Judged[] = [];
  for (const some of apart(starts)) {
    const claimed = await claimStarts(client, claimFirst, some, smsAt);
    const left = some.filter(({ operation }) => !claimed.has(operation.id));
    const refusals = await refusalsOf(client, left, smsAt);
    const again = wasAlone && refusals.size === 0 ? left : [];
    const closing = await claimStarts(client, claimAgain, again, smsAt);
    for (const { operation } of some) {
      const { id } = operation;
      const row = claimed.get(id) ?? closing.get(id) ?? null;
      judged.push({ id, claimed: row, refusal: refusals.get(id) ?? null, smsAt, wasAlone });
    }
  }
  return judged;
}

async function claimStarts(
  client: PoolClient,
  send: SendClaims,
  starts: readonly Start[],
  smsAt: Date,
): Promise<ReadonlyMap<string, Claimed>> {
  if (starts.length === 0) return new Map();
  const claims = starts.map((start) => ({ operation: start.operation, own: ownOf(start, smsAt) }));
  const { rows } = await send(client, { claims, isAlone: false });
  return new Map(rows.map((row) => [row.id, row]));
}

interface Names {
  /** Of its card and phone. */
  readonly first: readonly string[];
  /** Of the guess. */
  readonly last: string;
}

/**
 * What no two starts may use at once, as names of locks: under every fingerprint key, because while keys are rotated, the newest
 * one of another process may be another.
 */
function namesOf({ binding, limits }: Pick<Start, 'binding' | 'limits'>): Names {
  const { account, userRef, panFingerprints, phoneFingerprints } = binding;
  return {
    first: [
      ...panFingerprints.map((fingerprint) => `card ${account} ${userRef} ${fingerprint}`),
      ...phoneFingerprints.map((fingerprint) => `phone ${fingerprint}`),
    ],
    last: guessLock(limits.cardNumbers.subject),
  };
}

/** The order in which every process takes the locks: those of the guesses last. */
function inOneOrder(names: readonly Names[]): readonly string[] {
  const first = new Set(names.flatMap((some) => some.first));
  const last = new Set(names.map((some) => some.last));
  return [...[...first].toSorted(), ...[...last].toSorted()];
}

/** Groups without a common name: a statement does not see what it records itself, only what an earlier one did. */
function apart(starts: readonly Start[]): Start[][] {
  const groups: { readonly starts: Start[]; readonly taken: Set<string> }[] = [];
  for (const start of starts) {
    const { first: ofBoth, last } = namesOf(start);
    const names = [...ofBoth, last];
    let group = groups.find(({ taken }) => !names.some((name) => taken.has(name)));
    if (group === undefined) groups.push((group = { starts: [], taken: new Set() }));
    group.starts.push(start);
    for (const name of names) group.taken.add(name);
  }
  return groups.map((group) => group.starts);
}

const fit = `SELECT asked.id, NULL::timestamptz AS known_at FROM asked, ${counted}
  WHERE NOT card.verifying AND (card.until > asked.sms_at) IS NOT TRUE
    AND latest.in_hour IS NULL AND latest.in_day IS NULL AND latest.number_at IS NULL`;
const guessed = `guessed AS (
    INSERT INTO guesses (subject, operation_id, made_at) SELECT subject, id, sms_at FROM claimed
  )`;
const inserted = `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, status, masked_number, bin, last4,
    pan_fingerprint, phone_fingerprint, sms_at, resend_after, operation_id, created_at, updated_at)
  SELECT resource_id, tenant, provider, account, user_ref, 'bank_card', 'starting', masked_number, bin, last4,
    pan_fingerprints[1], phone_fingerprints[1], sms_at, resend_after, id, created_at, created_at FROM claimed`;

/** Starts for cards without an open challenge. */
const first = {
  own: startColumns,
  fit: `${fit} AND NOT card.is_open`,
  also: guessed,
  resource: inserted,
};

const claimFirst = sendClaims('binding-start', first);

/** Starts that close the card's open challenge. It is locked, so that no code is checked meanwhile. */
const closingOlder = {
  own: startColumns,
  fit: `${fit} AND EXISTS (SELECT FROM bindings b WHERE ${ofCard} AND ${isOpen} FOR UPDATE)`,
  also: `expired AS (
      UPDATE bindings b SET status = 'expired', updated_at = asked.created_at FROM claimed asked
      WHERE ${ofCard} AND ${isOpen} RETURNING b.id
    ), ${guessed}`,
  // After the other one is closed, because only one may be open.
  resource: `${inserted}, (SELECT count(*) FROM expired) closed`,
};

const claimAgain = sendClaims('binding-start-again', closingOlder);

/** A binding that was just recorded. */
function recordedBinding(
  { id, tenant, provider, account, userRef, maskedNumber, last4, panFingerprints }: NewBinding,
  resendAfter: Date,
  at: Date,
): BindingRow {
  return {
    id,
    tenant,
    provider,
    account,
    userRef,
    kind: 'bank_card',
    providerRef: null,
    status: 'starting',
    maskedNumber,
    last4,
    network: null,
    cardType: null,
    bankCode: null,
    bankName: null,
    expiry: null,
    binCountry: null,
    panFingerprint: panFingerprints[0] ?? null,
    challengeRef: null,
    challengeExpiresAt: null,
    attemptsLeft: null,
    resendAfter,
    operationType: null,
    createdAt: at,
    updatedAt: at,
    syncedAt: null,
    ...noOperation,
  };
}
