import type { Pool } from 'pg';
import type { Health, Owner } from './accounts.ts';

/** A process that has not said for so long that its circuit is open, has ended. */
export const leaseSeconds = 10;
const leaseEnd = `clock_timestamp() + interval '${leaseSeconds} seconds'`;

/** Stores that the circuit of an account is open or closed, and the account's health, unless it is stored already. */
export async function storeCircuit(
  pool: Pool,
  { name, tenant, provider }: Owner,
  circuit: 'open' | 'closed',
  { status, lastAnswerAt, lastFailureAt, lastFailure }: Health,
): Promise<void> {
  await pool.query(
    `INSERT INTO account_circuits AS c (account, tenant, provider, circuit, status, last_answer_at, last_failure_at, last_failure,
       open_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE $4 WHEN 'open' THEN ${leaseEnd} END)
     ON CONFLICT (account) DO UPDATE SET circuit = excluded.circuit, status = excluded.status,
       last_answer_at = excluded.last_answer_at, last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure,
       open_until = excluded.open_until
     WHERE c.circuit <> excluded.circuit`,
    [name, tenant, provider, circuit, status, lastAnswerAt, lastFailureAt, lastFailure],
  );
}

/** Says that the circuits of these accounts are still open. */
export async function renewOpen(pool: Pool, accounts: readonly string[]): Promise<void> {
  await pool.query({
    name: 'circuits-renew',
    text: `UPDATE account_circuits SET open_until = ${leaseEnd} WHERE account = ANY ($1) AND circuit = 'open'`,
    values: [accounts],
  });
}

/** Accounts that are stored as open by processes that have ended. */
export async function abandonedCircuits(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ readonly account: string }>({
    name: 'circuits-abandoned',
    text: `SELECT account FROM account_circuits WHERE circuit = 'open' AND open_until < clock_timestamp()`,
  });
  return rows.map(({ account }) => account);
}

/** Stores that an abandoned circuit is closed, if the provider has answered since it failed last. */
export async function closeAbandoned(
  pool: Pool,
  account: string,
  { status, lastAnswerAt, lastFailureAt, lastFailure }: Health,
): Promise<void> {
  await pool.query(
    `UPDATE account_circuits SET circuit = 'closed', status = $2, last_answer_at = $3, last_failure_at = $4, last_failure = $5,
       open_until = NULL
     WHERE account = $1 AND circuit = 'open' AND open_until < clock_timestamp() AND last_failure_at < $3`,
    [account, status, lastAnswerAt, lastFailureAt, lastFailure],
  );
}
