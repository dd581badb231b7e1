import { inTransaction, type Pool } from '@card-gateway/database';
import { type AuditAction, type AuditEntry, recordAudit } from './store.ts';

/** Looks at a secret: those of one API key are limited together. */
export type RevealAction = Extract<AuditAction, 'card.reveal' | 'card.frame_token' | 'binding.reveal'>;

const hourMs = 3_600_000;

/**
 * Writes down that a key is about to look at a secret, unless it has looked at as many within the hour as it may; counted
 * over all processes, exactly, because who asks with the same key at the same time waits. When this returns null the row
 * is committed and the secret may be asked for.
 *
 * @returns when the key may look again; null when it may now
 * @throws when the row cannot be written; then nothing must be asked for
 */
export async function recordReveal(
  pool: Pool,
  entry: AuditEntry & { readonly keyId: string; readonly action: RevealAction },
  perHour: number,
): Promise<Date | null> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`reveals ${entry.keyId}`]);
    const { rows } = await client.query<{ at: Date }>({
      name: 'audit-reveals',
      text: `SELECT at FROM audit_log
             WHERE key_id = $1 AND action IN ('card.reveal', 'card.frame_token', 'binding.reveal') AND at > $2
             ORDER BY at DESC OFFSET $3 LIMIT 1`,
      values: [entry.keyId, new Date(entry.at.getTime() - hourMs), perHour - 1],
    });
    const [oldest] = rows;
    if (oldest !== undefined) return new Date(oldest.at.getTime() + hourMs);
    await recordAudit(client, entry);
    return null;
  });
}
