/**
 * SQLSTATE, whole or by its class. 25006 is a read-only server, 25P02 what follows another failure in its transaction, 40003
 * a commit that nobody confirmed.
 */
const databaseFailure = /^(08|25006$|25P02$|40001$|40003$|40P01$|53|55P03$|57|58)/;
const connectionFailure = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const poolFailure =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Cannot use a pool after|is not queryable/;

/** Whether an error says that the database is away or overloaded, rather than that a statement was wrong. */
export function isDatabaseFailure(error: Error & { code?: string; severity?: string; routine?: string }): boolean {
  const { code = '', severity, routine } = error;
  if (connectionFailure.has(code) || (severity !== undefined && databaseFailure.test(code))) return true;
  // FATAL is said of a connection, never of a statement: e.g. the server takes no connections to this database now.
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  // A statement that was prepared before a column changed its type; on a new connection it is prepared anew.
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return true;
  return poolFailure.test(error.message);
}
