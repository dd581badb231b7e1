import { describe, expect, test } from 'vitest';
import { done, mapOutcome, type Outcome, redact, refused, unknown } from './outcome.ts';

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

describe('redact', () => {
  test.each([
    ['card 6217000000000001234 declined', 'card *** declined'],
    ['card 6217 0000 0000 0001 234 declined', 'card *** declined'],
    ['card 6217-0000-0000-0001 declined', 'card *** declined'],
    ['手机13800000001验证码123456错误', '手机***验证码***错误'],
    ['mail ada@example.com or <ada.l+x@mail.example>', 'mail *** or <***>'],
    [`token ${'4cead5b8fdd393d542f3'.repeat(3)} stays`, 'token *** stays'],
    ['card_01kan3z7jhfe7v2eq8d4tqh1ym is unknown', 'card_01kan3z7jhfe7v2eq8d4tqh1ym is unknown'],
    ['limit is 10000 on 3 of 5', 'limit is 10000 on 3 of 5'],
    ['余额不足', '余额不足'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  test('nothing is no text', () => {
    expect([redact(null), redact(undefined), redact('')]).toEqual([null, null, null]);
  });

  test('what the request carried is hidden, every time', () => {
    expect(redact('Ada (user-7) is not user-7: Ada', ['user-7', 'Ada', ''])).toBe('*** (***) is not ***: ***');
  });

  test('texts to hide are no patterns', () => {
    expect(redact('a.b axb $& .*', ['a.b', '.*'])).toBe('*** axb $& ***');
  });

  test('hides a text also in other letters, and control characters', () => {
    expect(redact('ADA LOVELACE: no\u0000t\nknown', ['Ada', 'lovelace'])).toBe('*** ***: not known');
  });

  test('a short text to hide does not break up a longer one', () => {
    expect(redact('user 1, card 4111222233334444', ['1', '4111222233334444'])).toBe('user ***, card ***');
  });

  test('a word of a megabyte keeps nobody waiting', () => {
    for (const word of ['a', '1', '-', '@a', 'a.', '1 ']) {
      expect(redact(word.repeat(8_000_000))?.length).toBeLessThanOrEqual(200);
    }
  });

  test('at most 200 characters, cut after hiding', () => {
    const clean = redact(`${'x'.repeat(195)} 6217000000000001234`) ?? '';
    expect(clean).toHaveLength(199);
    expect(clean.endsWith('***')).toBe(true);
    expect(redact('y'.repeat(500))).toHaveLength(200);
  });

  test('no part of what it hides, wherever a long message is cut', () => {
    const secret = 'Lovelacecanary of 12 Byron Street';
    for (let before = 0; before < 60; before += 1) {
      const message = `${'z '.repeat(before)}${`${secret} `.repeat(400)}`;
      expect(redact(message, [secret])).not.toMatch(/Love|canary|Byron/);
    }
  });

  test('text that can be kept: whole emoji, no lone surrogate', () => {
    for (const message of [`${'x'.repeat(199)}💳💳`, 'no \uD83D way', '\uDCB3'.repeat(9000)]) {
      expect(redact(message)?.isWellFormed()).toBe(true);
    }
    expect(redact(`${'x'.repeat(199)}💳💳`)).toBe(`${'x'.repeat(199)}💳`);
  });
});
