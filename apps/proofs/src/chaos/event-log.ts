import { type IdKind, toPublicId } from '@card-gateway/core';
import { type Query, queryAt } from './store.ts';

/** An event by its subject and version, as a follower got it. */
export interface FollowedEvent {
  /** The subject's public id. */
  readonly subject: string;
  readonly version: number;
  /** Unix milliseconds. It tells an event that a failover has lost from the one that was given its version later. */
  readonly writtenAt: number;
}

/** An event as it is in the log. */
export interface LoggedEvent extends FollowedEvent {
  readonly position: number;
  readonly number: number;
  readonly tenant: string;
}

/** What a destination was posted, in that order. */
export interface DestinationFacts {
  readonly posted: readonly (FollowedEvent & { readonly accepted: boolean })[];
  /** Posts whose signature was missing, or false. */
  readonly unsigned: number;
}

/** How long an event waited for its position, in Unix milliseconds by the server's clock. */
export interface Lag {
  readonly committedAt: number;
  readonly positionedAt: number;
}

/** What a reader of the feed and a destination of one tenant got during a run. */
export interface Followed {
  /** The events of the tenant that were committed before their last look. */
  readonly committed: readonly FollowedEvent[];
  /** What the reader got; where events may be lost, since it was last told that its cursor is not of this log. */
  readonly read: readonly FollowedEvent[];
  /** How often it was told, and began anew; null where no event may be lost. */
  readonly restarts: number | null;
  /** What ended the reader before the run's end; null if nothing did. */
  readonly failure: string | null;
  readonly destination: DestinationFacts;
}

/** What the log has after a run. */
export interface EventFacts {
  /** Changes and events that do not match, in words. */
  readonly unmatched: readonly string[];
  /** Events in the order of their positions. */
  readonly log: readonly LoggedEvent[];
  /** Null if nobody followed. */
  readonly followed: Followed | null;
  /** Empty unless the server keeps the times of commits. */
  readonly lags: readonly Lag[];
}

/** Columns of an image that change without an event. */
const silent = ['synced_at', 'updated_at', 'operation_id'];

/** Tables whose rows are subjects, and which changes of these have an event; default every one that an image shows. */
const subjects: Readonly<Record<string, { readonly table: string; readonly when?: string }>> = {
  card: { table: 'cards' },
  cardholder: { table: 'cardholders' },
  binding: { table: 'bindings' },
  transfer: { table: 'transfers' },
  transaction: { table: 'card_transactions' },
  operation: {
    table: 'operations',
    when: `(OLD.state <> NEW.state AND NEW.state <> 'submitting')
      OR (NEW.state = 'unknown' AND NEW.settles_by = 'person' AND OLD.settles_by <> 'person')`,
  },
  sync: { table: 'syncs', when: `OLD.state <> NEW.state AND NEW.state IN ('succeeded', 'failed')` },
  callback: { table: 'callbacks', when: `OLD.state <> NEW.state AND NEW.state = 'failed'` },
};

/** The run's own access to the log of events, and a second record of all changes, which it is compared with. */
export interface EventLog {
  /** Makes the database record every change of a subject, row by row, beside the log. */
  watchChanges(): Promise<void>;
  committed(tenant: string): Promise<readonly FollowedEvent[]>;
  facts(): Promise<Omit<EventFacts, 'followed'>>;
}

export function openEventLog(url: () => string): EventLog {
  const query = queryAt(url);
  return {
    watchChanges: async () => void (await query(watching)),
    committed: async (tenant) => {
      const rows = await query<SubjectRow>(`SELECT ${subjectColumns} FROM events e WHERE tenant = $1`, [tenant]);
      return rows.map((row) => ({ subject: subjectOf(row), version: row.version, writtenAt: row.writtenAt }));
    },
    facts: async () => ({
      unmatched: await unmatched(query),
      log: await logged(query),
      lags: await lags(query),
    }),
  };
}

interface SubjectRow {
  readonly kind: string;
  readonly uuid: string;
  readonly account: string | null;
  readonly version: number;
  readonly writtenAt: number;
}
const subjectColumns = `e.kind, e.subject_id AS uuid, e.account, e.subject_version AS version,
  (extract(epoch FROM e.created_at) * 1000)::float8 AS "writtenAt"`;

/** The id of a subject, as the gateway shows it. */
const subjectOf = ({ kind, uuid, account }: SubjectRow): string =>
  kind === 'account' ? (account ?? '') : toPublicId(kind as IdKind, uuid);

async function logged(query: Query): Promise<readonly LoggedEvent[]> {
  const rows = await query<SubjectRow & { position: number; number: number; tenant: string }>(
    `SELECT (r.position + (e.number - r.number))::float8 AS position, e.number::float8 AS number, e.tenant, ${subjectColumns}
     FROM event_runs r
       CROSS JOIN LATERAL generate_series(r.number, r.number + r.length - 1) AS n (number)
       JOIN events e ON e.number = n.number
     ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    position: row.position,
    number: row.number,
    tenant: row.tenant,
    subject: subjectOf(row),
    version: row.version,
    writtenAt: row.writtenAt,
  }));
}

const shown = Object.keys(subjects)
  .map((kind) => `WHEN '${kind}' THEN to_jsonb(jsonb_populate_record(NULL::public.${kind}_image, image))`)
  .join('\n');
const triggers = Object.entries(subjects).map(([kind, { table, when }]) => {
  const events = when === undefined ? 'INSERT OR UPDATE' : 'UPDATE';
  const condition = when === undefined ? '' : `WHEN (${when})`;
  return `CREATE TRIGGER proof_note_subject AFTER ${events} ON ${table} FOR EACH ROW ${condition}
    EXECUTE FUNCTION proof_note_subject('${kind}');`;
});

const watching = `
  CREATE TABLE proof_subjects (id bigserial, kind text NOT NULL, subject_id uuid NOT NULL, image jsonb NOT NULL);
  CREATE FUNCTION proof_shown(kind text, image jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT (CASE kind ${shown} END) - '{${silent.join(',')}}'::text[]
  $$;
  CREATE FUNCTION proof_note_subject() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF TG_OP = 'INSERT' OR public.proof_shown(TG_ARGV[0], to_jsonb(OLD)) <> public.proof_shown(TG_ARGV[0], to_jsonb(NEW)) THEN
      INSERT INTO public.proof_subjects (kind, subject_id, image) VALUES (TG_ARGV[0], NEW.id, to_jsonb(NEW));
    END IF;
    RETURN NULL;
  END $$;
  ${triggers.join('\n')}`;

/** Every change and its event: the n-th of a subject is its version n, and shows the row as it was then. */
async function unmatched(query: Query): Promise<readonly string[]> {
  const rows = await query<{ kind: string; subject: string; version: number; change: boolean; event: boolean }>(`
    SELECT coalesce(c.kind, e.kind) AS kind, subject_id AS subject, version, c.kind IS NOT NULL AS change,
      e.kind IS NOT NULL AS event
    FROM (
      SELECT kind, subject_id, row_number() OVER (PARTITION BY subject_id ORDER BY id) AS version, image
      FROM proof_subjects
    ) c FULL JOIN (
      SELECT kind, subject_id, subject_version AS version, image::jsonb FROM events
      WHERE kind IN (${Object.keys(subjects)
        .map((kind) => `'${kind}'`)
        .join(', ')})
    ) e USING (subject_id, version)
    WHERE c.kind IS NULL OR e.kind IS NULL OR proof_shown(c.kind, c.image) <> proof_shown(e.kind, e.image)
    ORDER BY subject_id, version`);
  return rows.map(({ kind, subject, version, change, event }) => {
    const name = `${kind} ${subject}: version ${version}`;
    if (!event) return `${name} has no event`;
    return change ? `${name} was otherwise than its event shows` : `${name} is no change`;
  });
}

async function lags(query: Query): Promise<readonly Lag[]> {
  const [setting] = await query<{ track_commit_timestamp: string }>('SHOW track_commit_timestamp');
  if (setting?.track_commit_timestamp !== 'on') return [];
  return query<Lag>(`
    SELECT (extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000)::float8 AS "committedAt",
      (extract(epoch FROM pg_xact_commit_timestamp(r.xmin)) * 1000)::float8 AS "positionedAt"
    FROM event_runs r
      CROSS JOIN LATERAL generate_series(r.number, r.number + r.length - 1) AS n (number)
      JOIN events e ON e.number = n.number`);
}
