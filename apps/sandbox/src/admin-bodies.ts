import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Decimal text. */
export const amount = z.string().regex(/^-?\d+(\.\d+)?$/);

/** Parsed JSON has no undefined members, which zod's types cannot express. */
export function asSent<T>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return value as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** The order number in the path, if there is one: `cards/:no`. */
export const numberIn = (request: FastifyRequest): string => String((request.params as Record<string, unknown>)['no']);
