import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { Secret } from '@card-gateway/core';
import type { TestGateway, TestGatewayOptions } from './gateway.ts';
import { until } from './until.ts';

/** The last segment of the callback URL of OPEN-API, which signs nothing. */
export const secretPath = randomBytes(24).toString('hex');

/** Accounts as most tests of callbacks have them. */
export const takingCallbacks = {
  callbacks: (name) => (name === 'open-api' ? { callbacks: { secretPath: new Secret(secretPath) } } : {}),
  account: (name, settings) =>
    name === 'onerway' ? { ...settings, notificationCustomerField: 'merchantCustId' } : settings,
} satisfies TestGatewayOptions;

/** A callback as it is sent. */
export interface Message {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

/** POSTs these very bytes. */
export function post(url: string, message: Message): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(message.body);
    const headers = { ...message.headers, 'content-length': body.length };
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const isJson = /json/.test(answer.headers['content-type'] ?? '');
        const json: unknown = isJson ? JSON.parse(text) : null;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A `Card_update` as KeySecure signs it. */
export function cardUpdate(
  { sandbox }: Pick<TestGateway, 'sandbox'>,
  change: { readonly cardNo: string; readonly to: string; readonly time?: number; readonly timestamp?: string },
): Message {
  const { cardNo, to, time = Date.now(), timestamp } = change;
  const data = { card_no: cardNo, before_status: 'ToActivate', after_status: to, reason: '', time };
  return sandbox.admin.keysecure.callback({ action: 'Card_update', data, timestamp });
}

/** All callbacks of the default tenant, once all have been processed. */
export async function processedCallbacks({ client }: Pick<TestGateway, 'client'>) {
  const { data } = await until(
    () => client.listCallbacks({ query: { limit: 200 } }),
    (page) => page.data.every(({ state }) => state !== 'received'),
  );
  return data;
}

/** How many callbacks there are, of all tenants. */
export async function countCallbacks({ pool }: Pick<TestGateway, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM callbacks');
  return rows[0]?.count ?? 0;
}
