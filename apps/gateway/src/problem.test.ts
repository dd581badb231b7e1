import { type ProblemCode, problemCodes } from '@card-gateway/contract';
import { expect, test } from 'vitest';
import { type ErrorKind, ProblemError } from './problem.ts';

const kindOf = (code: ProblemCode): ErrorKind => new ProblemError(code, '').kind;

test('each code tells work that repeats itself what another try comes to', () => {
  expect(Object.groupBy(problemCodes, kindOf)).toMatchObject({
    invalid: ['invalid-request'],
    'under-way': ['request-in-progress'],
    rejected: ['account-busy', 'circuit-open', 'overloaded'],
    transient: expect.arrayContaining(['provider-error', 'provider-unavailable', 'database-unavailable']),
    final: expect.arrayContaining(['not-found', 'not-supported', 'refused-by-provider', 'illegal-state']),
  });
});

test('a single error may say otherwise', () => {
  expect(new ProblemError('provider-error', 'The list does not end.', { kind: 'final' }).kind).toBe('final');
});
