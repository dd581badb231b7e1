import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DecisionRequestRefused, verifyDecisionRequest } from './index.ts';

// The example of the Standard Webhooks specification's reference libraries: another party's signature, not ours.
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const [current, former] = [randomBytes(32), randomBytes(24)];
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const now = new Date('2026-11-22T10:00:00.900Z');
const at = Math.floor(now.getTime() / 1000);
const body =
  '{"type":"authorization.requested","timestamp":"2026-11-22T10:00:00Z","data":{"transactionRef":"X1","merchant":{"name":"Café"}}}';

function signatureOf(key: Buffer, timestamp: number | string, text = body): string {
  return `v1,${createHmac('sha256', key).update(`auth_1.${timestamp}.${text}`).digest('base64')}`;
}
function messageAt(timestamp: number | string, signature = signatureOf(current, timestamp)) {
  return {
    headers: { 'webhook-id': 'auth_1', 'webhook-timestamp': String(timestamp), 'webhook-signature': signature },
    body,
  };
}
const verify = (message: Parameters<typeof verifyDecisionRequest>[0], secrets = [secretOf(current)]) =>
  verifyDecisionRequest(message, secrets, now);

describe('a decision request', () => {
  test('signed by the gateway is read, from Node’s headers, a Request’s, and bytes', () => {
    const message = messageAt(at);
    const request = verify(message);
    expect(request).toEqual(JSON.parse(body));
    expect(verify({ ...message, headers: new Headers(message.headers) })).toEqual(request);
    expect(verify({ ...message, body: Buffer.from(body) })).toEqual(request);
    expect(verifyDecisionRequest(message, secretOf(current), now)).toEqual(request);
  });

  test('is checked as the reference libraries of Standard Webhooks sign', () => {
    const { secret, id, timestamp, signature } = published;
    const message = {
      headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
      body: published.body,
    };
    const then = new Date(Number(timestamp) * 1000);
    // Its signature is right: what is wrong is that it is no decision request.
    expect(() => verifyDecisionRequest(message, secret, then)).toThrow('of the type authorization.requested');
  });

  test('may be signed by either secret while it is changed, and have several signatures', () => {
    const secrets = [secretOf(current), secretOf(former)];
    expect(verify(messageAt(at, signatureOf(former, at)), secrets).type).toBe('authorization.requested');
    const several = `v1a,AAAA v1,${'A'.repeat(43)}= ${signatureOf(current, at)}`;
    expect(verify(messageAt(at, several)).type).toBe('authorization.requested');
    expect(() => verify(messageAt(at, signatureOf(former, at)))).toThrow(DecisionRequestRefused);
  });

  test.each([0, -300, 300])('%i seconds from now is believed', (seconds) => {
    expect(verify(messageAt(at + seconds + (seconds < 0 ? 1 : 0))).data.transactionRef).toBe('X1');
  });

  test.each([
    ['too old', messageAt(at - 300)],
    ['of the future', messageAt(at + 302)],
    ['of no time', messageAt('soon')],
    ['of a time in another notation', messageAt(`${at}.0`)],
    ['signed by nobody', messageAt(at, '')],
    ['signed by another', messageAt(at, signatureOf(former, at))],
    ['signed for another time', messageAt(at, signatureOf(current, at - 1))],
    ['signed for another body', messageAt(at, signatureOf(current, at, `${body} `))],
    ['signed in another scheme', messageAt(at, signatureOf(current, at).replace('v1,', 'v2,'))],
    ['signed in part', messageAt(at, signatureOf(current, at).slice(0, 20))],
    ['without an id', { ...messageAt(at), headers: { ...messageAt(at).headers, 'webhook-id': undefined } }],
    [
      'with two signature headers',
      { ...messageAt(at), headers: { ...messageAt(at).headers, 'webhook-signature': ['a', 'b'] } },
    ],
  ])('%s is refused', (_, message) => {
    expect(() => verify(message)).toThrow(DecisionRequestRefused);
  });

  test.each(['', 'null', '[]', '{"type":"authorization', '{"type":"card.active"}'])(
    'that is none is refused: %s',
    (text) => {
      const message = { ...messageAt(at, signatureOf(current, at, text)), body: text };
      expect(() => verify(message)).toThrow(
        new DecisionRequestRefused('expected a message of the type authorization.requested'),
      );
    },
  );

  test('with any byte of its body changed is refused', () => {
    const bytes = Buffer.from(body);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => verify({ ...messageAt(at), body: changed })).toThrow(DecisionRequestRefused);
    }
  });

  test.each(['', 'whsec_', 'whsec_AAAA', secretOf(current).slice('whsec_'.length)])(
    'a secret "%s" is none',
    (secret) => {
      expect(() => verify(messageAt(at), [secret])).toThrow(TypeError);
      expect(() => verify(messageAt(at), [])).toThrow(DecisionRequestRefused);
    },
  );
});
