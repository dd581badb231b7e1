import { describe, expect, test } from 'vitest';
import { done, mapOutcome, type Outcome, refused, unknown } from './outcome.ts';

describe('outcomes', () => {
  const evidence = { httpStatus: 200, code: '7', message: 'no' };

  test('a refusal keeps the words of the provider as evidence', () => {
    expect(refused('declined', evidence)).toEqual({
      kind: 'refused',
      refusal: { reason: 'declined', code: '7', message: 'no' },
      evidence,
    });
  });

  test('a refusal that never reached the provider has no evidence', () => {
    expect(refused('not_sent', { message: 'ECONNREFUSED' })).toEqual({
      kind: 'refused',
      refusal: { reason: 'not_sent', code: null, message: 'ECONNREFUSED' },
      evidence: null,
    });
  });

  test('only a value that is there is changed', () => {
    const outcomes: Outcome<number>[] = [done(2, evidence), refused('declined'), unknown('no_answer', evidence)];
    expect(outcomes.map((outcome) => mapOutcome(outcome, (value) => value + 1))).toEqual([
      done(3, evidence),
      refused('declined'),
      unknown('no_answer', evidence),
    ]);
  });
});
