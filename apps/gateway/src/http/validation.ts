import { redact } from '@card-gateway/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import type { z } from 'zod';

/** Validates input by the contract's schemas, and describes faults in our own words. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const { success, data: value, error } = schema.safeParse(data, { error: inOurWords });
    return success ? { value } : { error: error.issues.flatMap(faultsOf) };
  };

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

/** What was expected, if the schema does not say so itself. */
function inOurWords(issue: z.core.$ZodRawIssue): string {
  const missing = issue.input === undefined ? '; it is missing' : '';
  return `expected ${expectedBy(issue)}${missing}`;
}

const forms: Readonly<Record<string, string>> = {
  datetime: 'an instant of RFC 3339 with its offset, e.g. 2026-11-22T10:00:05.250Z',
  date: 'a date, e.g. 2026-11-22',
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

function expectedBy(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'integer' : issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `at least ${issue.minimum}${units[issue.origin] ?? ''}`;
    case 'too_big':
      return `at most ${issue.maximum}${units[issue.origin] ?? ''}`;
    case 'invalid_format':
      return forms[issue.format] ?? 'another form';
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'another value';
  }
}
