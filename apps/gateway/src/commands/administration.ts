import type { openPrisma } from '@card-gateway/database/prisma';
import type { Pool } from 'pg';

/** Dependencies of the commands: Prisma reads keys, the pool does all else. */
export interface Administration {
  readonly pool: Pool;
  readonly prisma: ReturnType<typeof openPrisma>;
  readonly now: () => number;
  /** The operator's name for the audit log. */
  readonly operator: string;
  readonly print: (line: string) => void;
  /** Prints a line outside the result, for the person at the terminal. */
  readonly remark: (line: string) => void;
  /** The result is for a program. */
  readonly json: boolean;
}
