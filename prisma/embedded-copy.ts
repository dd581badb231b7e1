import { cpSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { workerData } from 'node:worker_threads';

// The thread in which a standby's files are copied from its running primary. Copied asynchronously, each file would take several
// turns of the event loop, which are long in a process that is busy.

/** Files that belong to the running primary alone, or may disappear during the copy; the WAL arrives by replication. */
const left = /^(postmaster\.(pid|opts)|pg_wal\/[0-9A-F]{24}.*|pg_replslot\/.*|pg_stat_tmp\/.*|.*pg_internal\.init)$/;

const { from, to } = workerData as { readonly from: string; readonly to: string };
cpSync(from, to, {
  recursive: true,
  filter: (path) => !left.test(relative(from, path)) && !basename(path).startsWith('pgsql_tmp'),
});
