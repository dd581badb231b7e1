import { redact } from '@card-gateway/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySchemaValidationError, FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { z } from 'zod';
import { inOurWords } from '../issue-words.ts';
import { compiledOnUse, writerBy } from '../written.ts';

/** Of one part of a request. A caller mends some, and is told of the rest; a body can have ten thousand. */
const mostFaults = 50;

/** Validates input by the contract's schemas, and describes faults in our own words. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  const compiled = compiledOnUse(schema);
  return (data: unknown) => {
    const { success, data: value, error } = compiled().safeParse(data, { error: inOurWords });
    return success ? { value } : { error: described(error.issues) };
  };
};

/** Writes answers by the contract's schemas. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema, method, url }) => {
  return writerBy(schema, `The answer to ${method} ${url}`);
};

/** The first faults. Each takes a while: a caller's own names are examined for what must not be repeated. */
function described(issues: readonly z.core.$ZodIssue[]): FastifySchemaValidationError[] {
  const faults: FastifySchemaValidationError[] = [];
  for (const issue of issues) {
    if (faults.length >= mostFaults) break;
    faults.push(...faultsOf(issue));
  }
  return withoutRepeats(faults).slice(0, mostFaults);
}

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
  return issue.keys
    .slice(0, mostFaults)
    .map((name) => fault(`${path}/${pointerSegment(name)}`, 'there is no such field'));
}
