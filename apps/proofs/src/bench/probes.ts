import type { Pool } from 'pg';

/** Current speed of the machine and its disk, without any service. */
export interface Probe {
  /** Single-row commits per second on one connection. */
  readonly commits: number;
  /** `SELECT 1` statements per second on one connection. */
  readonly roundTrips: number;
}

/** A round counts if neither figure moved by more than this share between its two probes. */
const mostMoved = 0.3;

export async function makeProbeTable(pool: Pool): Promise<void> {
  await pool.query('CREATE TABLE probe (at timestamptz NOT NULL DEFAULT now())');
}

export async function probe(pool: Pool, seconds: number): Promise<Probe> {
  const client = await pool.connect();
  const rate = async (text: string): Promise<number> => {
    const end = performance.now() + seconds * 1000;
    let count = 0;
    for (; performance.now() < end; count += 1) await client.query(text);
    return count / seconds;
  };
  try {
    return { commits: await rate('INSERT INTO probe DEFAULT VALUES'), roundTrips: await rate('SELECT 1') };
  } finally {
    client.release();
  }
}

export function isSteady(before: Probe, after: Probe): boolean {
  return [
    [before.commits, after.commits],
    [before.roundTrips, after.roundTrips],
  ].every(([one = 0, other = 0]) => Math.abs(one - other) <= mostMoved * Math.min(one, other));
}
