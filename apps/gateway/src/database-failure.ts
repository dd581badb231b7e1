/**
 * SQLSTATE codes and classes. 25006 is a read-only server, 25P02 follows another failure in the transaction, 40003 is an
 * unconfirmed commit.
 */
const databaseFailure = /^(08|25006$|25P02$|40001$|40003$|40P01$|53|55P03$|57|58)/;
const connectionFailure = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const poolFailure =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Cannot use a pool after|is not queryable/;

/** Whether an error means that the database is unavailable or overloaded, rather than that a statement was faulty. */
export function isDatabaseFailure(error: Error & { code?: string; severity?: string; routine?: string }): boolean {
  const { code = '', severity, routine } = error;
  if (connectionFailure.has(code) || (severity !== undefined && databaseFailure.test(code))) return true;
  // FATAL concerns the connection, never a statement: e.g. the server accepts no connections to this database now.
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  // A prepared statement from before a column changed its type; a new connection prepares it again.
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return true;
  return poolFailure.test(error.message);
}

/** The unique key that another row has already; null for any other error. */
export function takenKeyOf(error: unknown): string | null {
  const { code, constraint = '' } = error as { readonly code?: string; readonly constraint?: string };
  return code === '23505' ? constraint : null;
}
