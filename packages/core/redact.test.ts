import { describe, expect, test } from 'vitest';
import { isProviderCode, redact } from './redact.ts';

const card = '4111222233334444';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

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
    ['余额不足，请充值', '余额不足，请充值'],
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

  test('a short name takes the word with it in which it stands by chance: the rest would tell it', () => {
    expect(redact('an invalid cardholder (given_Li): Ng, Li', ['Li', 'Ng'])).toBe(
      'an *** cardholder (given_***): ***, ***',
    );
    expect(redact('姓名张三不符', ['张'])).toBe('姓名***三不符');
  });

  test.each([
    ['MULLER, WEISS and Muller-Weiss', ['Müller', 'Weiß'], '***, *** and ***-***'],
    ['born on 28 February 1990, Feb 28, 1990', ['1990-02-28'], 'born on ***, ***'],
    ['born on 3 Jan 1991, January 03 1991; open on 4 Jan 1991', ['1991-01-03'], 'born on ***, ***; open on 4 Jan 1991'],
    ['born on 1990-02-28, 28.02.1990', ['1990-02-28'], 'born on ***, ***'],
  ])('%s: as a provider may spell it', (text, hide, clean) => {
    expect(redact(text, hide)).toBe(clean);
  });

  test('a message that was once clean is examined for every other text to hide', () => {
    const messages = [
      'Success',
      'transaction successful',
      'User ada-lovelace is not known',
      'Ada Lovelace',
      'A.d.a not known',
      '操作成功',
      '操作 ada 成功',
      'ａｄａ is unknown',
      'ist für Müller',
      'card is frozen, x.b@y',
      'dGVzdA YWRhIA MTIz',
      'zero 0x41 U+0041 %41da',
    ];
    const texts = [
      'ada ADA user sful suX 7 a1 - . x s muller test Müller 成功 操 1990-02-28'.split(' '),
      ['', ' ', 'Ada Lovelace', 'ada-lovelace', 'su cc', 's.u-c', 'k'.repeat(300)],
      ['%61da', 'U+0061da', '0x61da', '&#97;da'],
    ].flat();
    // No message has it, and it is never looked for in letters alone.
    const slowly = '漢';
    for (const message of messages) {
      redact(message);
      for (const text of texts) expect(redact(message, [text]), text).toBe(redact(message, [text, slowly]));
    }
    expect(redact('User ada-lovelace is not known', ['Ada Lovelace'])).toBe('User *** is not known');
  });

  test('a word of a megabyte keeps nobody waiting', () => {
    for (const word of ['a', '1', '-', '@a', 'a.', '1 ']) {
      expect(redact(word.repeat(8_000_000), ['Li'])?.length).toBeLessThanOrEqual(200);
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

  const escaped = (text: string, of: (digit: string) => string): string => text.split('').map(of).join('');
  const forms: Readonly<Record<string, string>> = {
    plain: card,
    dotted: '4111.2222.3333.4444',
    'with a dot between all digits': card.split('').join('.'),
    'with commas and blanks': '4111, 2222, 3333, 4444',
    'with dashes in blanks': '4111 - 2222 - 3333 - 4444',
    'with slashes': '4111/2222//3333/4444',
    'with line breaks': '4111\r\n2222\t3333\n4444',
    'with no-break spaces': '4111\u00a02222\u00a03333\u202f4444',
    'with en dashes': '4111–2222–3333–4444',
    'with underscores': '4111_2222_3333_4444',
    'with zero-width spaces': card.split('').join('\u200b'),
    'with many joiners': card.split('').join('\u2060\u200d\ufeff\u00ad\u{e0020}'),
    'with Hangul fillers': card.split('').join('\u3164'),
    'with combining marks': escaped(card, (digit) => `${digit}\u0336`),
    'full-width': escaped(card, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    'Arabic-Indic': escaped(card, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
    Devanagari: escaped(card, (digit) => String.fromCodePoint(0x0966 + Number(digit))),
    mathematical: escaped(card, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
    superscript: escaped(card, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))),
    circled: escaped(card, (digit) => '⓪①②③④⑤⑥⑦⑧⑨'.charAt(Number(digit))),
    keycaps: escaped(card, (digit) => `${digit}\ufe0f\u20e3`),
    'percent-encoded': escaped(card, (digit) => `%3${digit}`),
    'percent-encoded twice': escaped(card, (digit) => `%253${digit}`),
    'full-width, percent-encoded': encodeURIComponent('４１１１２２２２３３３３４４４４'),
    'as JSON escapes': escaped(card, (digit) => String.raw`\u003${digit}`),
    'as entities': escaped(card, (digit) => `&#${48 + Number(digit)};`),
    'as hexadecimal entities': escaped(card, (digit) => `&#x3${digit};`),
    base64: base64(card),
    'base64 without padding': base64(card).replaceAll('=', ''),
    'base64 twice': base64(base64(card)),
    'base64 of a sentence': base64(`card ${card} is stolen`),
    'base64 of groups': base64('4111 2222 3333 4444'),
    'base64 of UTF-16': Buffer.from(card, 'utf16le').toString('base64'),
    'base64 behind a sign': `number-${base64(card)}`,
    'base64, percent-encoded': encodeURIComponent(base64(`${card}0`)),
    hex: Buffer.from(card).toString('hex'),
    'as hexadecimal numbers': card
      .split('')
      .map((digit) => `0x3${digit}`)
      .join(','),
    'as code points': escaped(card, (digit) => `U+003${digit} `),
    'as escapes with braces': escaped(card, (digit) => String.raw`\u{3${digit}}`),
    'as escapes of a browser': escaped(card, (digit) => `%u003${digit}`),
    'in octal': escaped(card, (digit) => `\\06${digit}`),
    'as entities, escaped twice': escaped(card, (digit) => `&amp;#${48 + Number(digit)};`),
    'as entities with zeros': escaped(card, (digit) => `&#x0000003${digit};`),
    'as tag characters': escaped(card, (digit) => String.fromCodePoint(0xe0030 + Number(digit))),
    'with five accents': escaped(card, (digit) => `${digit}\u0301\u0302\u0303\u0304\u0305`),
    'in Chinese': escaped(card, (digit) => '〇一二三四五六七八九'.charAt(Number(digit))),
    'in financial Chinese': escaped(card, (digit) => '零壹贰叁肆伍陆柒捌玖'.charAt(Number(digit))),
  };
  test.each(Object.entries(forms))('a card number %s', (_name, form) => {
    for (const text of [form, `card ${form} declined`, `卡号${form}错误`, `card=${form}.`]) {
      const clean = redact(text) ?? '';
      expect(clean).toContain('***');
      expect(clean.normalize('NFKC').replaceAll(/[^\d]/g, '')).toBe('');
      expect(clean).not.toMatch(/[A-Za-z0-9]{12}/);
    }
  });

  test.each([
    '4111 -- 2222 -- 3333 -- 4448',
    '4111<br>2222<br>3333<br>4448',
    '4111&nbsp;2222&nbsp;3333&nbsp;4448',
    String.raw`4111\r\n2222\r\n3333\r\n4448`,
    '4111 and 2222 and 3333 and 4448',
    '4111x2222x3333x4448',
    '{"a":"4111","b":"2222","c":"3333","d":"4448"}',
    '3782 or 822463 or 10005',
    '4 ... 1 ... 1 ... 1 ... 2 ... 2 ... 2 ... 2 ... 3 ... 3 ... 3 ... 3 ... 4 ... 4 ... 4 ... 8',
    '4x1x1x1x2x2x2x2x3x3x3x3x4x4x4x8',
  ])('a card number with more between its digits: %s', (form) => {
    const clean = redact(`card ${form} declined`) ?? '';
    expect(clean).toContain('***');
    expect(clean).not.toMatch(/\d/);
    expect(isProviderCode(form)).toBe(false);
  });

  test('groups of digits that are no card number stay', () => {
    const text = 'between 2024 and 2025 and 1000 of 1999';
    expect(redact(text)).toBe(text);
  });

  test.each([
    ['cvv OTA3 is wrong', 'cvv *** is wrong'],
    ['cvv 907 is wrong', 'cvv *** is wrong'],
    ['CVV=９０７', 'CVV=***'],
    ['907 is no cvc', '*** is no cvc'],
    ['the cardPin is 4 0 7 1', 'the cardPin is ***'],
    ['PIN: 9.0.7.1!', 'PIN: ***!'],
    ['安全码 907 错误', '安全码 *** 错误'],
    ['verification code 4071 expired', 'verification code *** expired'],
    [`seen: ${base64('cvv 907')}`, 'seen: ***'],
    ['shipping of 907 pieces in 1204', 'shipping of 907 pieces in 1204'],
    ['code 4012: limit of 1000 exceeded', 'code 4012: limit of 1000 exceeded'],
  ])('codes by the words beside them: %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  test.each([
    'Ａｄａ　Ｌｏｖｅｌａｃｅ',
    'A\u200bda Love\u00adlace',
    'A.d.a.L.o.v.e.l.a.c.e',
    'Ada -- Love - lace',
    'Ad - a  - Love - lace',
    'A d a - L o v e l a c e',
    'ada.lovelace',
    'ADA_LOVELACE',
    'Ada%20Lovelace',
    String.raw`\u0041da Lovelace`,
    base64('Ada Lovelace'),
    Buffer.from('Ada Lovelace').toString('hex'),
  ])('hides a name in other forms: %s', (form) => {
    expect(redact(`no ${form} here`, ['Ada Lovelace'])).toBe('no *** here');
  });

  test('a number to hide stands between letters too', () => {
    expect(redact('2079 then 4613 then 57 rings', ['2079461357'])).toBe('*** rings');
  });

  test('a short number to hide stands between signs too', () => {
    expect(redact('code 4-0-7-1 is wrong', ['4071'])).toBe('code *** is wrong');
  });

  test('new texts to hide at each call keep nobody waiting', () => {
    for (let call = 0; call < 500; call += 1) {
      const hide = [
        `user-${call}`,
        `62170012345678${10_000 + call}`,
        `${13_900_000_000 + call}`,
        `Ada ${call} Lovelace`,
      ];
      expect(redact('no such card', hide)).toBe('no such card');
    }
  });

  test('encoded text of a megabyte keeps nobody waiting', () => {
    for (const word of ['%34', '%25', '\u200b', '٤', 'NDExMTEy', 'MTEx ', 'cvv 9', '&#52;', '4\u0336', '４.', 'ﷺ']) {
      expect(redact(word.repeat(2_000_000), ['4111', 'Ada Lovelace'])?.length ?? 0).toBeLessThanOrEqual(200);
    }
  });
});

describe('a code of a provider', () => {
  test.each(['0', '-3', '20000', '100001', 'FAIL', 'E.4012', 'card_not-found'])('%s is one', (code) => {
    expect(isProviderCode(code)).toBe(true);
  });

  test.each(['', 'Ada Lovelace', '13912345678', card, '4111.2222.3333', 'a'.repeat(33), '４', 'cvv907', base64(card)])(
    '%s is none',
    (code) => {
      expect(isProviderCode(code)).toBe(false);
    },
  );

  test('nor is what the request carried, but for a code that it is by chance', () => {
    expect(isProviderCode('Lovelace', ['Lovelace'])).toBe(false);
    expect(isProviderCode('481516', ['481516'])).toBe(false);
    expect(isProviderCode('1007', ['1007'])).toBe(true);
    expect([isProviderCode('907', ['907']), isProviderCode('907', ['908'])]).toEqual([false, true]);
  });
});
