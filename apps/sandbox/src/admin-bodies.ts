import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Decimal text. */
export const amount = z.string().regex(/^-?\d+(\.\d+)?$/);

/** What was parsed from JSON has no member that is undefined, which zod's types cannot say. */
export function asSent<T>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return value as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** The order number in the path, where it has one: `cards/:no`. */
export const numberIn = (request: FastifyRequest): string => String((request.params as Record<string, unknown>)['no']);
