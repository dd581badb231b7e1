import { done, refused } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';

const answered = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Exchange => ({
  kind: 'answered',
  status,
  body,
  headers,
  date: null,
});
const read = (exchange: Exchange, more: { parse?: (body: string) => unknown } = {}) =>
  readAnswer(exchange, {
    reply: z.object({ code: z.string(), text: z.string().optional() }),
    interpret: ({ code, text }, evidence) =>
      code === '0' ? done('ok', evidence(code)) : refused('declined', evidence(code, text)),
    ...more,
  });

describe('only an answer of the documented shape is interpreted', () => {
  test('not sent is a refusal', () => {
    expect(read({ kind: 'not_sent', cause: 'ECONNREFUSED' })).toEqual({
      kind: 'refused',
      refusal: { reason: 'not_sent', code: null, message: 'ECONNREFUSED' },
      evidence: null,
    });
  });

  test('lost is unknown', () => {
    expect(read({ kind: 'lost', cause: 'ECONNRESET' })).toEqual({
      kind: 'unknown',
      why: 'no_answer',
      evidence: { httpStatus: null, code: null, message: 'ECONNRESET' },
    });
  });

  test.each([199, 301, 400, 401, 404, 500, 502])('HTTP %d is unknown, whatever its body', (status) => {
    expect(read(answered('{"code":"0"}', status))).toEqual({
      kind: 'unknown',
      why: 'unreadable_answer',
      evidence: { httpStatus: status, code: null, message: null },
    });
  });

  test.each(['', '<html>', '{"code":', 'null', '{}', '{"code":0}', '[]'])('%j is unknown', (body) => {
    expect(read(answered(body))).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });

  test.each([200, 201, 204, 299])('HTTP %d is interpreted', (status) => {
    const evidence = { httpStatus: status, code: '0', message: null };
    expect(read(answered('{"code":"0"}', status))).toEqual({ kind: 'done', value: 'ok', evidence });
  });

  test('a refusal that names a member twice is none: readers differ in which of the two they take', () => {
    for (const body of ['{"code":"0","code":"7"}', '{"code":"7","more":{"a":1,"\\u0061":2}}']) {
      expect(read(answered(body))).toMatchObject({
        kind: 'unknown',
        why: 'unreadable_answer',
        evidence: { code: '7' },
      });
    }
  });

  test('what the interpret refuses is refused', () => {
    expect(read(answered('{"code":"7","text":"no","secret":"x"}'))).toEqual({
      kind: 'refused',
      refusal: { reason: 'declined', code: '7', message: 'no' },
      evidence: { httpStatus: 200, code: '7', message: 'no' },
    });
  });
});

describe('what a provider says is redacted, and bounded', () => {
  const said = (code: string, text: string): unknown => {
    const outcome = read(answered(JSON.stringify({ code, text })));
    return outcome.kind === 'refused' ? outcome.refusal : outcome;
  };

  test.each([
    ['a card number', '4111222233334444', '*** no'],
    ['a phone number in groups', '139-1234-5678', '*** no'],
    ['a sentence', 'Ada, 13912345678', 'Ada, *** no'],
    ['base64', Buffer.from('4111222233334444').toString('base64'), '*** no'],
    ['a word of a megabyte', 'A'.repeat(1_000_000), 'A'.repeat(200)],
  ])('%s is no code and goes into the message', (_name, code, message) => {
    expect(said(code, 'no')).toEqual({ reason: 'declined', code: null, message });
  });

  test('a message without a code of its own', () => {
    expect(said('E-17', 'card 4111.2222.3333.4444')).toEqual({ reason: 'declined', code: 'E-17', message: 'card ***' });
  });
});

describe('hooks', () => {
  test('parse opens the body, and a throw of it means unreadable', () => {
    expect(read(answered('0'), { parse: (code) => ({ code }) })).toMatchObject({ kind: 'done' });
    const parse = () => {
      throw new Error('wrong signature');
    };
    expect(read(answered('{"code":"0"}'), { parse })).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });
});

describe('an answer outside 2xx is interpreted by status, body and headers', () => {
  const failure = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });
  const interpreted = (body: string, status: number, headers: Readonly<Record<string, string>> = {}) =>
    readAnswer(answered(body, status, headers), {
      reply: z.object({}),
      interpret: () => done('ok'),
      problem: (problem, evidence) => {
        const said = problem.read(failure)?.error;
        if (problem.status === 429) {
          return refused('rate_limited', evidence(said?.code ?? null, `again in ${problem.headers['retry-after']} s`));
        }
        return said?.code === 'card_limit' ? refused('declined', evidence(said.code, said.detail)) : null;
      },
    });

  test('a documented failure is refused, its text redacted', () => {
    const body = '{"error":{"code":"card_limit","detail":"no more cards for 4111222233334444"}}';
    expect(interpreted(body, 422)).toEqual({
      kind: 'refused',
      refusal: { reason: 'declined', code: 'card_limit', message: 'no more cards for ***' },
      evidence: { httpStatus: 422, code: 'card_limit', message: 'no more cards for ***' },
    });
  });

  test('a status can be enough, and headers say more', () => {
    expect(interpreted('', 429, { 'retry-after': '7' })).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'rate_limited', message: 'again in 7 s' },
    });
  });

  test.each([
    [422, '{"error":{"code":"new_one","detail":"?"}}'],
    [403, '<html>blocked</html>'],
    [422, '{"error":{"code":7}}'],
    [422, '{"error":{"code":"other","code":"card_limit","detail":"?"}}'],
    [503, ''],
  ])('HTTP %d with %j is unknown', (status, body) => {
    expect(interpreted(body, status)).toEqual({
      kind: 'unknown',
      why: 'unreadable_answer',
      evidence: { httpStatus: status, code: null, message: null },
    });
  });

  test('a throw is unknown', () => {
    const outcome = readAnswer(answered('', 400), {
      reply: z.object({}),
      interpret: () => done('ok'),
      problem: () => {
        throw new Error('broken');
      },
    });
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });
});

describe('an answer without a body', () => {
  const deleted = (status: number, body = '') =>
    readAnswer(answered(body, status), {
      reply: z.null(),
      interpret: (_reply, _evidence, head) => (head.status === 204 ? done(null) : refused('declined')),
    });

  test('204 is read as null, and its status is known', () => {
    expect(deleted(204)).toMatchObject({ kind: 'done' });
    expect(deleted(200, 'null')).toMatchObject({ kind: 'refused' });
  });

  test('any other is cut off somewhere', () => {
    expect(deleted(200)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });
});
