import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/**
 * Prisma's client over an open pool, for administration and other rare work. Requests do not load it
 * (docs/decisions/hot-sql-beside-prisma.md).
 */
export function openPrisma(pool: pg.Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}
