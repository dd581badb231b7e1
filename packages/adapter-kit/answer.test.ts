import { done, refused } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';

const answered = (body: string, status = 200): Exchange => ({ kind: 'answered', status, body, date: null });
const read = (exchange: Exchange, more: { parse?: (body: string) => unknown } = {}) =>
  readAnswer(exchange, {
    reply: z.object({ code: z.string(), text: z.string().optional() }),
    judge: ({ code, text }, evidence) =>
      code === '0' ? done('ok', evidence(code)) : refused('declined', evidence(code, text)),
    ...more,
  });

describe('only an answer of the documented shape is judged', () => {
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

  test.each([200, 201, 204, 299])('HTTP %d is judged', (status) => {
    const evidence = { httpStatus: status, code: '0', message: null };
    expect(read(answered('{"code":"0"}', status))).toEqual({ kind: 'done', value: 'ok', evidence });
  });

  test('what the judge refuses is refused', () => {
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

  test('status may know of statuses outside 2xx that nothing happened; the others stay unknown', () => {
    const judged = (status: number) =>
      readAnswer(answered('', status), {
        reply: z.unknown(),
        judge: () => done('ok'),
        status: (httpStatus) => (httpStatus === 429 ? refused('rate_limited', { httpStatus }) : null),
      });
    expect(judged(429)).toMatchObject({ kind: 'refused', refusal: { reason: 'rate_limited' } });
    expect(judged(503)).toMatchObject({ kind: 'unknown', evidence: { httpStatus: 503 } });
  });
});
