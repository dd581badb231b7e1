import type { Pool } from 'pg';

/** The kinds of subjects with the tables of their rows, and the column that says how each is doing. */
export const subjectTables = {
  card: { table: 'cards', status: 'status' },
  cardholder: { table: 'cardholders', status: 'status' },
  binding: { table: 'bindings', status: 'status' },
  transaction: { table: 'card_transactions', status: 'status' },
  transfer: { table: 'transfers', status: 'status' },
  operation: { table: 'operations', status: 'state' },
  sync: { table: 'syncs', status: 'state' },
  callback: { table: 'callbacks', status: 'state' },
} as const;
export type SubjectKind = keyof typeof subjectTables;
export const subjectKinds = Object.keys(subjectTables) as readonly SubjectKind[];

/** Columns that change with every answer of a provider, or with every write: alone they are no change. */
export const quietColumns: readonly string[] = ['updated_at', 'synced_at', 'operation_id', 'first_at'];

/**
 * Records from now on every version of every row, row by row and knowing nothing of events.
 *
 * @param owner connected as the database's owner
 */
export async function recordRows(owner: Pool): Promise<void> {
  await owner.query(`
    CREATE TABLE row_history (
      number bigint GENERATED ALWAYS AS IDENTITY, kind text, id uuid, transaction xid8, before json, after json
    );
    CREATE FUNCTION record_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
      INSERT INTO row_history (kind, id, transaction, before, after)
      VALUES (TG_ARGV[0], coalesce(NEW.id, OLD.id), pg_current_xact_id(), to_json(OLD), to_json(NEW));
      RETURN NULL;
    END $$;
    ${subjectKinds
      .map(
        (kind) => `CREATE TRIGGER record_row AFTER INSERT OR UPDATE OR DELETE ON ${subjectTables[kind].table}
          FOR EACH ROW EXECUTE FUNCTION record_row('${kind}');`,
      )
      .join('\n')}`);
}

/** An event, as the log has it or as it must. */
export interface LoggedEvent {
  readonly subject: string;
  readonly version: number;
  readonly type: string;
  readonly tenant: string;
  readonly operation: string | null;
  readonly request: string | null;
  /** The shown columns after the change, and before it; amounts without trailing zeros, as equal ones are. */
  readonly now: string;
  readonly before: string | null;
}

export interface ImageColumn {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
}

/** The columns of a kind's image, with their types in its table; null for one that the table does not have. */
export async function imageColumns(owner: Pool, kind: SubjectKind): Promise<readonly ImageColumn[]> {
  const { rows } = await owner.query<ImageColumn>(
    `SELECT i.attname AS name, format_type(t.atttypid, t.atttypmod) AS type, t.attnotnull AS "isRequired"
     FROM pg_attribute i JOIN pg_class c ON c.oid = i.attrelid
       LEFT JOIN pg_attribute t ON t.attrelid = $2::regclass AND t.attname = i.attname
     WHERE c.relname = $1 AND c.relkind = 'c' ORDER BY i.attnum`,
    [`${kind}_image`, subjectTables[kind].table],
  );
  return rows;
}

interface RowChange {
  readonly id: string;
  readonly transaction: string;
  readonly tenant: string;
  readonly operation: string | null;
  readonly request: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly resolvedBefore: string | null;
  readonly resolvesBy: string | null;
  readonly before: string | null;
  readonly now: string | null;
}

async function changesOf(owner: Pool, kind: SubjectKind, shown: (row: string) => string): Promise<RowChange[]> {
  const { status } = subjectTables[kind];
  const { rows } = await owner.query<RowChange>(
    `SELECT h.id, h.transaction::text AS transaction, coalesce(h.after, h.before)->>'tenant' AS tenant,
       h.after->>'operation_id' AS operation, h.after->>'request_id' AS request,
       h.before->>'${status}' AS "from", h.after->>'${status}' AS "to",
       h.before->>'settles_by' AS "resolvedBefore", h.after->>'settles_by' AS "resolvesBy",
       CASE WHEN h.before IS NOT NULL THEN ${shown('b')} END AS before,
       CASE WHEN h.after IS NOT NULL THEN ${shown('a')} END AS now
     FROM row_history h, LATERAL json_populate_record(NULL::${kind}_image, h.before) b,
       LATERAL json_populate_record(NULL::${kind}_image, h.after) a
     WHERE h.kind = $1 ORDER BY h.number`,
    [kind],
  );
  return rows;
}

/** The type of the event of a change; null where there is none, though something that is shown may have changed. */
function typeOf(kind: SubjectKind, { from, to, resolvedBefore, resolvesBy }: RowChange): string | null {
  switch (kind) {
    case 'card': {
      if (to === null) return 'card.removed';
      if (to === from) return 'card.updated';
      if (to === 'active') return from === 'frozen' ? 'card.unfrozen' : 'card.activated';
      return `card.${to}`;
    }
    case 'cardholder':
    case 'binding':
    case 'transfer':
      return to === from ? `${kind}.updated` : `${kind}.${to}`;
    case 'transaction':
      return from === null ? 'transaction.created' : 'transaction.updated';
    case 'operation': {
      const needsPerson = to === 'unknown' && resolvesBy === 'person';
      if (from === null || to === null || to === 'submitting') return null;
      if (from === to && !(needsPerson && resolvedBefore !== 'person')) return null;
      return needsPerson ? 'operation.needs_person' : `operation.${to}`;
    }
    case 'sync':
      if (from === null || from === to) return null;
      return to === 'succeeded' ? 'sync.completed' : to === 'failed' ? 'sync.failed' : null;
    case 'callback':
      return from !== null && from !== to && to === 'failed' ? 'callback.failed' : null;
  }
}

/** The log as it must be by the recorded rows, and as it is; each in the order of the subjects' versions. */
export async function compareLog(
  owner: Pool,
): Promise<Record<'wanted' | 'found', Readonly<Record<SubjectKind, readonly LoggedEvent[]>>>> {
  const wanted: Partial<Record<SubjectKind, readonly LoggedEvent[]>> = {};
  const found: Partial<Record<SubjectKind, readonly LoggedEvent[]>> = {};
  const operations = await changesOf(owner, 'operation', () => 'NULL');
  const written = new Map(operations.map(({ id, transaction, request }) => [`${transaction} ${id}`, { id, request }]));
  for (const kind of subjectKinds) {
    const columns = (await imageColumns(owner, kind)).filter(({ name }) => !quietColumns.includes(name));
    const shown = (row: string): string =>
      `ROW(${columns.map(({ name, type }) => (type === 'numeric' ? `trim_scale(${row}.${name})` : `${row}.${name}`)).join(', ')})::text`;
    const versions = new Map<string, number>();
    wanted[kind] = inOrder(
      (await changesOf(owner, kind, shown)).flatMap((change) => {
        const type = change.before === change.now ? null : typeOf(kind, change);
        if (type === null) return [];
        const version = (versions.get(change.id) ?? 0) + 1;
        versions.set(change.id, version);
        const { transaction, operation, id } = change;
        const write = written.get(`${transaction} ${kind === 'operation' ? id : operation}`);
        return [
          {
            subject: id,
            version,
            type,
            tenant: change.tenant,
            operation: write?.id ?? null,
            request: write?.request ?? null,
            now: change.now ?? change.before ?? '',
            before: change.now === null ? null : change.before,
          },
        ];
      }),
    );
    const { rows } = await owner.query<LoggedEvent>(
      `SELECT e.subject_id AS subject, e.subject_version AS version, e.type, e.tenant, e.operation_id AS operation,
         e.request_id AS request, ${shown('i')} AS now, CASE WHEN e.previous IS NOT NULL THEN ${shown('p')} END AS before
       FROM events e, LATERAL json_populate_record(NULL::${kind}_image, e.image) i,
         LATERAL json_populate_record(i, e.previous) p
       WHERE e.kind = $1 ORDER BY e.number`,
      [kind],
    );
    found[kind] = inOrder(rows);
  }
  return { wanted, found } as Awaited<ReturnType<typeof compareLog>>;
}

/** By subject; the events of one stay in the order in which they were written. */
function inOrder(events: readonly LoggedEvent[]): LoggedEvent[] {
  return events.toSorted((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
}
