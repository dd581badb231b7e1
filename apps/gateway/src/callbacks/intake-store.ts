import { gathered, type Pool } from '@card-gateway/database';
import { isAheadOfTime } from '../ahead-of-time.ts';
import { type DatedChange, exactlyMs } from './card-change.ts';
import { hintKinds, isHint, jobSpecOf, type NewCallback } from './store.ts';

/** A verified callback that has just arrived, and its effect if that is a card's new status. */
export interface ArrivedCallback extends NewCallback {
  readonly change: DatedChange | null;
  /** Minimum milliseconds between the provider reads that a hint's repeats cause; a process has one such setting. */
  readonly hintEveryMs: number;
}

/** The stored record of an earlier delivery, unless it is a hint; null for the first delivery. */
export interface StoredCallback {
  readonly id: string;
  readonly before: Buffer | null;
}

const isNews = '(c.synced_at IS NULL OR c.synced_at < g.earliest)';

/**
 * A change that needs no job. Either it is newer than the card's last description, little else of the card is unknown, and no open
 * write on it waits for evidence. Or it changes nothing: it is older, or reports the status that we have. A card that someone else
 * is changing is left to the job, so that no callback waits for it; so is one whose number retention removed, which such a change
 * may concern.
 */
const fit = `LATERAL (
  SELECT id, ${isNews} AS is_news FROM cards c
  WHERE c.account = g.account AND c.provider_ref = g.card_ref AND c.last4 IS NOT NULL AND CASE
    WHEN ${isNews} THEN (c.pan_sealed IS NOT NULL OR c.pan_fingerprint IS NULL)
      AND NOT EXISTS (SELECT FROM operations o
        WHERE o.account = c.account AND o.resource_id = c.id AND o.state IN ('submitting', 'unknown'))
    ELSE NOT (${isAheadOfTime('c.synced_at', 'g.received_at')})
      AND (c.status = g.status OR c.synced_at > g.latest + interval '${exactlyMs} milliseconds') END
  LIMIT 1 FOR UPDATE SKIP LOCKED)`;

/** When a hint caused its last read; null if it caused none yet. */
const askedAt = 'CASE WHEN asked_at > now() THEN now() ELSE asked_at END';

// Selected, the arrays hide their length from the planner: it would plan anew for each, which takes longer than to execute. One by one,
// each would be a plan of its own.
const store = `
  WITH given AS MATERIALIZED (
    SELECT g.* FROM (
      SELECT $1::uuid[] AS ids, $2::text[] AS tenants, $3::text[] AS providers, $4::text[] AS accounts, $5::text[] AS keys,
        $6::text[] AS kinds, $7::bytea[] AS records, $8::timestamptz[] AS receipts, $9::int[] AS counts, $10::text[] AS cards,
        $11::text[] AS statuses, $12::text[] AS provider_statuses, $13::timestamptz[] AS earliests, $14::timestamptz[] AS latests
      OFFSET 0
    ) a, unnest(ids, tenants, providers, accounts, keys, kinds, records, receipts, counts, cards, statuses, provider_statuses,
        earliests, latests)
      g (id, tenant, provider, account, deduplication_key, kind, record_sealed, received_at,
        times, card_ref, status, provider_status, earliest, latest)
  ), fit AS MATERIALIZED (
    SELECT g.id, card.id AS card_id, card.is_news, g.status, g.provider_status, g.latest FROM given g, ${fit} card
  ), stored AS (
    INSERT INTO callbacks AS c (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, deliveries,
      received_at, worked_at)
    SELECT g.id, g.tenant, g.provider, g.account, g.deduplication_key, g.kind, g.record_sealed,
      CASE WHEN fit.id IS NULL THEN 'received' ELSE 'worked' END, g.times, g.received_at,
      CASE WHEN fit.id IS NULL THEN NULL ELSE g.received_at END
    FROM given g LEFT JOIN fit ON fit.id = g.id
    -- In the same order everywhere: two processes that store the same ones must not deadlock.
    ORDER BY g.account, g.deduplication_key
    ON CONFLICT (account, deduplication_key) DO UPDATE SET deliveries = c.deliveries + excluded.deliveries,
      state = CASE WHEN c.${isHint} THEN 'received' ELSE c.state END,
      worked_at = CASE WHEN c.${isHint} THEN NULL ELSE c.worked_at END,
      failure = CASE WHEN c.${isHint} THEN NULL ELSE c.failure END,
      received_at = CASE WHEN c.${isHint} THEN greatest(c.received_at, excluded.received_at) ELSE c.received_at END
    RETURNING id, account, deduplication_key, kind, record_sealed, state, asked_at, id = ANY ($1) AS is_new
  ), changed AS (
    UPDATE cards c SET status = fit.status, provider_status = fit.provider_status, synced_at = fit.latest,
      updated_at = CASE WHEN (c.status, c.provider_status) IS DISTINCT FROM (fit.status, fit.provider_status)
        THEN fit.latest ELSE c.updated_at END
    FROM fit WHERE c.id = fit.card_id AND fit.is_news AND fit.id IN (SELECT id FROM stored)
  ), queued AS (
    SELECT graphile_worker.add_jobs(array_agg(${jobSpecOf(`${askedAt} + make_interval(secs => $15::float8 / 1000)`)}))
    FROM stored WHERE (is_new AND state = 'received') OR ${isHint} HAVING count(*) > 0
  )
  SELECT account, deduplication_key AS "deduplicationKey", id, CASE WHEN NOT is_new AND NOT ${isHint} THEN record_sealed END AS before
  FROM stored, (SELECT count(*) FROM queued) done`;

/**
 * Stores a callback with its job, so that neither exists alone, or with the change of its card. A repeat is only counted; a hint
 * is processed again, {@link ArrivedCallback.hintEveryMs} after it last caused a provider read. The callbacks of one turn are
 * one statement.
 */
export async function storeCallback(pool: Pool, callback: ArrivedCallback): Promise<StoredCallback> {
  const stored = await storeGathered(pool, callback);
  if (stored === null) throw new Error('A callback was stored without a row.');
  return stored;
}

const storeGathered = gathered<ArrivedCallback, StoredCallback & { readonly arrived: ArrivedCallback }>({
  askKey: ({ id }) => id,
  rowKey: ({ arrived }) => arrived.id,
  send: async (pool, arrived) => {
    // A statement can insert or update a row only once.
    const groups = [...Map.groupBy(arrived, keyOf).values()];
    const firsts = groups.flatMap(([first]) => first ?? []);
    const changes = oneOfEachCard(firsts);
    const { rows } = await pool.query<StoredCallback & Pick<NewCallback, 'account' | 'deduplicationKey'>>({
      name: 'callbacks-store',
      text: store,
      values: [
        firsts.map(({ id }) => id),
        firsts.map(({ tenant }) => tenant),
        firsts.map(({ provider }) => provider),
        firsts.map(({ account }) => account),
        firsts.map(({ deduplicationKey }) => deduplicationKey),
        firsts.map(({ kind }) => kind),
        firsts.map(({ recordSealed }) => recordSealed),
        firsts.map(({ receivedAt }) => receivedAt),
        groups.map(({ length }) => length),
        changes.map((change) => change?.providerRef),
        changes.map((change) => change?.status),
        changes.map((change) => change?.providerStatus),
        changes.map((change) => change?.earliest),
        changes.map((change) => change?.latest),
        arrived[0]?.hintEveryMs,
      ],
    });
    const stored = new Map(rows.map((row) => [keyOf(row), row]));
    return groups.flatMap((group) => {
      const row = group[0] && stored.get(keyOf(group[0]));
      return row === undefined
        ? []
        : group.map((one) => ({ arrived: one, id: row.id, before: before(one, row, group) }));
    });
  },
});

/** What an earlier delivery stored: before this statement, or the first of the same ones in it. */
function before(
  { id, kind }: ArrivedCallback,
  row: StoredCallback,
  [first]: readonly ArrivedCallback[],
): StoredCallback['before'] {
  const isRepeatOfFirst = first !== undefined && first.id === row.id && first.id !== id;
  return isRepeatOfFirst && !hintKinds.includes(kind) ? first.recordSealed : row.before;
}

const keyOf = ({ account, deduplicationKey }: Pick<NewCallback, 'account' | 'deduplicationKey'>): string =>
  `${account} ${deduplicationKey}`;

/** Each callback's change; of several changes of one card only the latest, the others are left to their jobs. */
function oneOfEachCard(arrived: readonly ArrivedCallback[]): (DatedChange | null)[] {
  const latest = new Map<string, DatedChange>();
  for (const { account, change } of arrived) {
    if (change === null) continue;
    const card = `${account} ${change.providerRef}`;
    const other = latest.get(card);
    if (other === undefined || other.earliest < change.earliest) latest.set(card, change);
  }
  const chosen = new Set(latest.values());
  return arrived.map(({ change }) => (change !== null && chosen.has(change) ? change : null));
}
