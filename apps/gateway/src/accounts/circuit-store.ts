import type { Pool } from 'pg';
import type { Health, Owner } from './accounts.ts';

/** Stores that the circuit of an account is open or closed, and the account's health, unless it is stored already. */
export async function storeCircuit(
  pool: Pool,
  { name, tenant, provider }: Owner,
  circuit: 'open' | 'closed',
  { status, lastAnswerAt, lastFailureAt, lastFailure }: Health,
): Promise<void> {
  await pool.query(
    `INSERT INTO account_circuits AS c (account, tenant, provider, circuit, status, last_answer_at, last_failure_at, last_failure)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (account) DO UPDATE SET circuit = excluded.circuit, status = excluded.status,
       last_answer_at = excluded.last_answer_at, last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure
     WHERE c.circuit <> excluded.circuit`,
    [name, tenant, provider, circuit, status, lastAnswerAt, lastFailureAt, lastFailure],
  );
}
