import type { openPrisma } from '@card-gateway/database/prisma';
import type { Pool } from 'pg';

/** What the commands work with: Prisma for the keys, the pool for the audit log. */
export interface Administration {
  readonly pool: Pool;
  readonly prisma: ReturnType<typeof openPrisma>;
  readonly now: () => number;
  /** Who works, for the audit log. */
  readonly operator: string;
  /** A line of the answer. */
  readonly print: (line: string) => void;
  /** A line beside the answer, for the person at the terminal. */
  readonly remark: (line: string) => void;
  /** The answer is for a program. */
  readonly json: boolean;
}
