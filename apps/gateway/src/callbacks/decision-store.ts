import { inTransaction, type Pool } from '@card-gateway/database';
import { type Decision, type NewCallback, valuesOf } from './store.ts';

/** A past or pending decision about a payment. */
export interface NewDecision {
  readonly transactionRef: string;
  readonly cardRef: string;
  readonly amount: string;
  readonly decision: Decision;
  readonly because:
    | 'no_setting'
    | 'setting'
    | 'service'
    | 'service_late'
    | 'service_unreachable'
    | 'service_unreadable';
}

export interface KnownPayment {
  /** The earlier decision; a decline if it was about another card or amount. Null if there was none. */
  readonly decision: Decision | null;
  /** Our id of the card, if we know it. */
  readonly cardId: string | null;
}

const decided = `CASE WHEN d.card_ref = $3 AND d.amount = $4 THEN d.decision ELSE 'decline' END`;

/** What is known about a payment that the provider asks about. */
export async function knownPayment(
  pool: Pool,
  account: string,
  payment: Pick<NewDecision, 'transactionRef' | 'cardRef' | 'amount'>,
): Promise<KnownPayment> {
  const { rows } = await pool.query<KnownPayment>({
    name: 'authorization-known',
    text: `SELECT
        (SELECT ${decided} FROM authorization_decisions d WHERE d.account = $1 AND d.transaction_ref = $2) AS decision,
        (SELECT id FROM cards WHERE account = $1 AND provider_ref = $3) AS "cardId"`,
    values: [account, payment.transactionRef, payment.cardRef, payment.amount],
  });
  return rows[0] ?? { decision: null, cardId: null };
}

/**
 * Stores a callback that asks for a decision, together with the decision. The first one stored for a payment decides; all
 * others get that one back.
 *
 * @param stillInTime throws when it is too late to answer: then nothing is stored
 */
export async function storeDecision(
  pool: Pool,
  callback: NewCallback,
  decision: NewDecision,
  longestMs: number,
  stillInTime: () => void,
): Promise<Decision> {
  return inTransaction(pool, async (client) => {
    await client.query({
      name: 'authorization-limit',
      text: "SELECT set_config('statement_timeout', $1, true)",
      values: [String(longestMs)],
    });
    const { rows } = await client.query<{ decision: Decision }>({
      name: 'authorization-decide',
      text: `INSERT INTO authorization_decisions AS d
          (account, transaction_ref, card_ref, amount, decision, because, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account, transaction_ref) DO UPDATE SET decision = d.decision
        RETURNING ${decided} AS decision`,
      values: [
        callback.account,
        decision.transactionRef,
        decision.cardRef,
        decision.amount,
        decision.decision,
        decision.because,
        callback.receivedAt,
      ],
    });
    const stands = rows[0]?.decision ?? 'decline';
    await client.query({
      name: 'authorization-store',
      text: `INSERT INTO callbacks AS c
          (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, received_at, worked_at, decision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'worked', $8, $8, $9)
        ON CONFLICT (account, deduplication_key) DO UPDATE SET deliveries = c.deliveries + 1`,
      values: [...valuesOf(callback), stands],
    });
    stillInTime();
    return stands;
  });
}
