import { redact } from '@card-gateway/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySchemaValidationError, FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { z } from 'zod';
import { inOurWords } from '../issue-words.ts';
import { compiledOnUse, writerBy } from '../written.ts';

/** Validates input by the contract's schemas, and describes faults in our own words. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  const compiled = compiledOnUse(schema);
  return (data: unknown) => {
    const { success, data: value, error } = compiled().safeParse(data, { error: inOurWords });
    return success ? { value } : { error: withoutRepeats(error.issues.flatMap(faultsOf)) };
  };
};

/** Writes answers by the contract's schemas. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema, method, url }) => {
  return writerBy(schema, `The answer to ${method} ${url}`);
};

/** Two rules of one field may expect the same in the same words. */
function withoutRepeats(faults: readonly FastifySchemaValidationError[]): FastifySchemaValidationError[] {
  return [...new Map(faults.map((fault) => [`${fault.instancePath} ${fault.message}`, fault])).values()];
}

/** A name as a segment of a JSON pointer. A caller's own name may be anything, even a card number, and is then masked. */
export function pointerSegment(name: string): string {
  return (redact(name) ?? '').replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The faults of one issue in Fastify's form: a JSON pointer, and what was expected there. */
function faultsOf(issue: z.core.$ZodIssue): FastifySchemaValidationError[] {
  const path = issue.path.map((name) => `/${pointerSegment(String(name))}`).join('');
  const fault = (instancePath: string, message: string): FastifySchemaValidationError => {
    return { keyword: issue.code, instancePath, message, params: {}, schemaPath: '' };
  };
  if (issue.code !== 'unrecognized_keys') return [fault(path, issue.message)];
  return issue.keys.map((name) => fault(`${path}/${pointerSegment(name)}`, 'there is no such field'));
}
