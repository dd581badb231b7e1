import { createHash, createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSearch } from '../src/chaos/secrets.ts';

const pan = '4288010000000007';
const pin = '258036';
const token = randomBytes(32).toString('hex');
const key = randomBytes(32);
const secrets = new Map([
  [pan, 'number'],
  [pin, 'PIN'],
  [token, 'token'],
]);
const request = JSON.stringify(['setCardPin', { id: 'card_1' }, { pin }]);
const hashed = new Map([
  [pin, 'PIN'],
  [request, 'setCardPin'],
]);
const foundIn = (text: string): string[] => {
  const search = createSearch(secrets, hashed, [key]);
  search.look('here', text);
  return search.found();
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hmac = (text: string) => createHmac('sha256', key).update(text);

test.each([
  ['a number', `{"seen":"${pan}"}`],
  ['one inside a longer one', `123${pan}9`],
  ['one in groups', 'paid by 4288 0100-0000 0007'],
  ['one in hex', `\\x${Buffer.from(`{"pan":"${pan}"}`).toString('hex')}`],
  ['one in base64', `{"text":"${base64(`{"pan":"${pan}"}`)}"}`],
  ['a PIN', `{"text":"the PIN is ${pin}"}`],
  ['one as a member', `{"pin":"${pin}"}`],
  ['one in hex', Buffer.from(`pin ${pin}`).toString('hex')],
  ['one in base64', base64(`{"pin":"${pin}"}`)],
  ['one that is hashed', createHash('sha256').update(pin).digest('hex')],
  ['one that is hashed under a key', `{"request_hash":"f1:${hmac(`request\0${pin}`).digest('hex')}"}`],
  ['a request with one that is hashed', `{"request_hash":"f1:${hmac(`request\0${request}`).digest('hex')}"}`],
  ['a token', `{"token": "${token}"}`],
  ['a security code by its name', '{"cvv":"907"}'],
])('%s is found', (_name, text) => {
  expect(foundIn(text)).not.toEqual([]);
});

test('what is no secret is not found', () => {
  const other = randomBytes(32).toString('hex');
  for (const text of [
    `{"ms":${pin},"at":"2026-11-22T10:00:00.${pin}Z","id":"a${pin}b"}`,
    `{"last4":"0007","bin":"428801","hash":"f1:${other}"}`,
    '{"cvv":null,"status":409}',
  ]) {
    expect(foundIn(text)).toEqual([]);
  }
});
