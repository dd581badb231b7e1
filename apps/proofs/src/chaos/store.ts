import pg from 'pg';

/** The parts of a stored operation that the comparison needs. */
export interface OperationFact {
  readonly id: string;
  readonly key: string | null;
  readonly type: string;
  readonly state: string;
  readonly resourceId: string;
  readonly resolvesBy: string | null;
  readonly resolvedBy: string | null;
  readonly nextLookUpAt: Date | null;
  readonly supersededBy: string | null;
  readonly wasUnknown: boolean;
  /** An attempt, or a person's resolution, that agrees with the state. */
  readonly hasEvidence: boolean;
}

export interface ResourceFact {
  readonly kind: 'card' | 'cardholder' | 'binding' | 'transfer' | 'sync';
  readonly id: string;
  readonly tenant: string;
  readonly status: string;
  readonly providerRef: string | null;
  /** Of a binding: its user. */
  readonly user: string | null;
}

export interface AuditFact {
  readonly action: string;
  readonly resource: string;
  readonly tenant: string | null;
  readonly purpose: string | null;
}

/** A resolved operation that changed afterwards, as recorded by the run's trigger. */
export interface ChangeFact {
  readonly operationId: string;
  readonly before: string;
  readonly after: string;
}

/** The run's own access to its database, bypassing the gateways. */
export interface Store {
  /** Makes the database record every change of a resolved operation. */
  watchResolved(): Promise<void>;
  run(statement: string): Promise<void>;
  operations(): Promise<readonly OperationFact[]>;
  resources(): Promise<readonly ResourceFact[]>;
  changes(): Promise<readonly ChangeFact[]>;
  audit(): Promise<readonly AuditFact[]>;
  /** Every row of every table as JSON text, including the job queue's. */
  rows(): AsyncGenerator<{ readonly table: string; readonly text: string }>;
  callbacks(): Promise<number>;
  /** Repeats look-ups of unresolved writes now, several at once: the same evidence, repeated and out of order. */
  repeatLookUps(most: number): Promise<number>;
  /** Expires all leases and makes all look-ups due. */
  hurry(): Promise<void>;
}

export type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/** One connection per query, because the server comes and goes, and moves. */
export const queryAt =
  (url: () => string): Query =>
  async <Row extends object>(text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url(), connectionTimeoutMillis: 5000, query_timeout: 30_000 });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  };

export function openStore(url: () => string): Store {
  const query = queryAt(url);
  const queueReconciling = (which: string): string => `
    SELECT graphile_worker.add_job('settle', json_build_object('operationId', id::text, 'account', account)
             ${which}
    FROM operations`;

  return {
    watchResolved: async () => {
      await query(`
        CREATE TABLE proof_changes (operation_id uuid NOT NULL, before text NOT NULL, after text NOT NULL);
        CREATE FUNCTION proof_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          INSERT INTO proof_changes VALUES (OLD.id, OLD.state || ' by ' || OLD.settled_by,
            NEW.state || ' by ' || coalesce(NEW.settled_by, 'nobody'));
          RETURN NULL;
        END $$;
        CREATE TRIGGER proof_note_change AFTER UPDATE ON operations FOR EACH ROW WHEN (
          OLD.state IN ('succeeded', 'refused')
          AND (OLD.state, OLD.settled_by, OLD.settled_at) IS DISTINCT FROM (NEW.state, NEW.settled_by, NEW.settled_at)
          AND OLD.refusal ->> 'reason' IS DISTINCT FROM 'not_sent')
        EXECUTE FUNCTION proof_note_change()`);
    },
    run: async (statement) => {
      await query(statement);
    },
    operations: () =>
      query(`
        SELECT o.id, idempotency_key AS key, type, state, resource_id AS "resourceId", settles_by AS "resolvesBy",
          settled_by AS "resolvedBy", next_look_up_at AS "nextLookUpAt", superseded_by AS "supersededBy",
          unknown_since IS NOT NULL AS "wasUnknown",
          settled_by = 'person' OR EXISTS (SELECT 1 FROM operation_attempts a WHERE a.operation_id = o.id
            AND a.outcome = CASE o.state WHEN 'succeeded' THEN 'done' ELSE 'refused' END) AS "hasEvidence"
        FROM operations o ORDER BY o.id`),
    resources: () =>
      query(`
        SELECT 'card' AS kind, id, tenant, status, provider_ref AS "providerRef", NULL AS "user" FROM cards
        UNION ALL SELECT 'cardholder', id, tenant, status, provider_ref, NULL FROM cardholders
        UNION ALL SELECT 'binding', id, tenant, status, provider_ref, user_ref FROM bindings
        UNION ALL SELECT 'transfer', id, tenant, status, provider_ref, NULL FROM transfers
        UNION ALL SELECT 'sync', id, tenant, state, NULL, NULL FROM syncs`),
    audit: () => query('SELECT action, resource, tenant, purpose FROM audit_log'),
    changes: () => query('SELECT operation_id AS "operationId", before, after FROM proof_changes'),
    rows: async function* () {
      const tables = await query<{ table: string }>(
        `SELECT format('%I.%I', table_schema, table_name) AS table FROM information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'graphile_worker')`,
      );
      for (const { table } of tables) {
        for (const { text } of await query<{ text: string }>(`SELECT to_jsonb(t)::text AS text FROM ${table} t`)) {
          yield { table, text };
        }
      }
    },
    callbacks: async () => {
      const [row] = await query<{ count: number }>('SELECT count(*)::integer AS count FROM callbacks');
      return row?.count ?? 0;
    },
    repeatLookUps: async (most) => {
      const rows = await query(
        `${queueReconciling(')')}, generate_series(1, 3)
         WHERE id IN (SELECT id FROM operations WHERE state = 'unknown' AND settles_by = 'look-up' ORDER BY updated_at DESC LIMIT $1)`,
        [most],
      );
      return rows.length;
    },
    hurry: async () => {
      await query(`UPDATE operations SET lease_until = now() - interval '1 second' WHERE lease_until > now()`);
      await query(
        `${queueReconciling(`, run_at => now(), job_key => 'settle:' || id::text)`)}
         WHERE state = 'submitting' OR (state = 'unknown' AND settles_by = 'look-up')`,
      );
    },
  };
}
