import pg from 'pg';
import { scramVerifier } from './scram.ts';

/** Owns the database and all of its objects, and migrates it. */
export const ownerRole = 'card_gateway_owner';

/** The role that gateways run as: it reads and writes rows, but can change neither tables nor append-only rows. */
export const runtimeRole = 'card_gateway_runtime';

export interface RolePasswords {
  readonly owner: string;
  readonly runtime: string;
}

/** Connection strings of the two roles, each with its password. */
export interface RoleUrls {
  readonly owner: string;
  readonly runtime: string;
}

/** The connection's role lacks permissions it needs, or has more than a gateway may have. The message says how to fix it. */
export class RoleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RoleError';
  }
}

/** Tables on which the runtime role has restricted permissions. It may read and write every other table. */
const restricted: Readonly<Record<string, string>> = {
  account_tenants: 'SELECT, INSERT',
  audit_log: 'SELECT, INSERT',
  key_checks: 'SELECT, INSERT',
  retired_sealing_keys: 'SELECT',
  _prisma_migrations: 'SELECT',
};

/**
 * Creates the owner and the runtime role for the database in the URL, or sets the passwords of existing ones, and transfers the
 * database and its objects to the owner, including those that a superuser created before there were two roles. {@link
 * grantRuntime} does the grants after each migration.
 *
 * @param superuserUrl a superuser's; used for nothing else
 */
export async function createRoles(superuserUrl: string, passwords: RolePasswords): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, application_name: 'card-gateway roles' });
  await client.connect();
  try {
    // Must not wait for a missing standby. If a failover loses the roles, this is run again.
    await client.query('SET synchronous_commit = local');
    await client.query('BEGIN');
    for (const [role, password] of [
      [ownerRole, passwords.owner],
      [runtimeRole, passwords.runtime],
    ] as const) {
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
      await client.query(
        `${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
         PASSWORD ${client.escapeLiteral(scramVerifier(password))}`,
      );
    }
    await handOver(client);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** The connection strings of the two roles for the same database. */
export function roleUrls(superuserUrl: string, passwords: RolePasswords): RoleUrls {
  return {
    owner: urlOf(superuserUrl, ownerRole, passwords.owner),
    runtime: urlOf(superuserUrl, runtimeRole, passwords.runtime),
  };
}

/** Transfers ownership object by object, because PostgreSQL refuses REASSIGN OWNED for its first superuser. */
async function handOver(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `WITH ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('public', 'graphile_worker')),
       of_extensions AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
       things (kind, name, owner, class, id) AS (
         SELECT 'DATABASE', quote_ident(datname), datdba, 0::oid, oid FROM pg_database WHERE datname = current_database()
         UNION ALL
         SELECT 'SCHEMA', quote_ident(nspname), nspowner, 0, oid FROM pg_namespace JOIN ours USING (oid, nspname)
         UNION ALL
         -- Indexes, and the sequence of an identity column, follow their table.
         SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.oid::regclass::text, relowner,
           'pg_class'::regclass, c.oid
         FROM pg_class c JOIN ours ON ours.oid = relnamespace
         WHERE relkind IN ('r', 'p', 'v') OR (relkind = 'S'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND deptype IN ('a', 'i')))
         UNION ALL
         SELECT 'ROUTINE', p.oid::regprocedure::text, proowner, 'pg_proc'::regclass, p.oid
         FROM pg_proc p JOIN ours ON ours.oid = pronamespace
         UNION ALL
         SELECT 'TYPE', t.oid::regtype::text, typowner, 'pg_type'::regclass, t.oid
         FROM pg_type t JOIN ours ON ours.oid = typnamespace LEFT JOIN pg_class c ON c.oid = typrelid
         WHERE typtype IN ('e', 'd') OR relkind = 'c')
     SELECT format('ALTER %s %s OWNER TO %I', kind, name, $1::text) AS statement FROM things
     WHERE owner <> (SELECT oid FROM pg_roles WHERE rolname = $1) AND (class, id) NOT IN (SELECT classid, objid FROM of_extensions)`,
    [ownerRole],
  );
  for (const { statement } of rows) await client.query(statement);
}

/**
 * Grants a role what gateways need and revokes the rest, in one transaction, so that no one sees a half-granted state. The
 * owner runs it after each migration, including the job queue's; it is idempotent.
 *
 * @returns what the operator still has to do by hand: the role does not exist, or this one does not own the database
 */
export async function grantRuntime(client: pg.Client, role: string): Promise<string | null> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) return `There is no role "${role}" (DATABASE_RUNTIME_ROLE), so that nothing was granted.`;
  const { rows } = await client.query<{ table: string; schema: string; name: string; policied: boolean }>(
    `SELECT c.oid::regclass::text AS "table", nspname AS schema, relname AS name,
       NOT relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = $1) AS policied
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname IN ('public', 'graphile_worker') AND relkind IN ('r', 'p', 'v') AND pg_has_role(relowner, 'USAGE')`,
    [role],
  );
  const to = client.escapeIdentifier(role);
  const list = (tables: readonly { table: string }[]): string => tables.map(({ table }) => table).join(', ');
  const isRestricted = (table: { schema: string; name: string }): boolean =>
    table.schema === 'public' && restricted[table.name] !== undefined;
  const statements = [
    `GRANT USAGE ON SCHEMA public, graphile_worker TO ${to}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE ${list(rows.filter((table) => !isRestricted(table)))} TO ${to}`,
    ...rows
      .filter(isRestricted)
      .flatMap(({ table, name }) => [
        `REVOKE ALL ON TABLE ${table} FROM ${to}`,
        `GRANT ${restricted[name]} ON TABLE ${table} TO ${to}`,
      ]),
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO ${to}`,
    // The job queue's tables have row-level security: without a policy only their owner sees rows.
    ...rows
      .filter(({ policied }) => !policied)
      .map(({ table }) => `CREATE POLICY ${to} ON ${table} TO ${to} USING (true) WITH CHECK (true)`),
  ];
  const { rows: database } = await client.query<{ name: string; isOurs: boolean }>(
    `SELECT quote_ident(datname) AS name, pg_has_role(datdba, 'USAGE') AS "isOurs" FROM pg_database WHERE datname = current_database()`,
  );
  const { name = '', isOurs = false } = database[0] ?? {};
  const ofDatabase = [
    `GRANT CONNECT ON DATABASE ${name} TO ${to}`,
    // A temporary table shadows a table of the same name.
    `REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC, ${to}`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC, ${to}`,
  ];
  await client.query('BEGIN');
  try {
    for (const statement of isOurs ? [...statements, ...ofDatabase] : statements) await client.query(statement);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  return isOurs ? null : `Let the owner of the database run:\n  ${ofDatabase.join(';\n  ')};`;
}

/** Rejects a superuser, because no grant, policy or trigger binds it. @throws RoleError */
export async function refuseSuperuser(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; isSuperuser: boolean }>(
    'SELECT rolname AS name, rolsuper AS "isSuperuser" FROM pg_roles WHERE rolname = current_user',
  );
  const [role] = rows;
  if (role?.isSuperuser !== true) return;
  throw new RoleError(
    `DATABASE_URL: the role "${role.name}" is a superuser, whom no rule of the database binds. Make two roles with
  gateway roles create
and this same DATABASE_URL. It shows the owner's connection string, for "gateway migrate", and the one for the gateway.`,
  );
}

function urlOf(superuserUrl: string, role: string, password: string): string {
  const url = new URL(superuserUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}
