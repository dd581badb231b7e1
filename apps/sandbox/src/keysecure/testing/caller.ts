import type { Sandbox } from '../../index.ts';

export interface Reply {
  code: number;
  msg: string;
  data?: unknown;
}
export type Fields = Record<string, unknown>;

/** A caller on the raw wire. `mode` selects the Api-Key; a header set to undefined is omitted. */
export function caller(sandbox: Sandbox, mode: 'CREDIT_EXTENSION' | 'AUTHORIZATION' = 'CREDIT_EXTENSION') {
  const account = sandbox.credentials.keysecure.find((one) => one.mode === mode);
  if (account === undefined) throw new Error(`No ${mode} account`);
  let token: string | undefined;

  async function send(method: 'GET' | 'POST', path: string, body: Fields, headers: Record<string, string | undefined>) {
    const all = {
      'Api-Key': account?.apiKey,
      Timestamp: String(Date.now()),
      'Content-Type': 'application/json',
      ...headers,
    };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await fetch(`${account?.baseUrl}/open-api/v1/${path}`, {
      method,
      headers: sent,
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    return (await answer.json()) as Reply;
  }

  async function newToken(headers: Record<string, string | undefined> = {}) {
    const reply = await send('GET', 'merchant/token', {}, headers);
    token = (reply.data as { access_token: string } | undefined)?.access_token;
    return reply;
  }

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body: Fields = {},
    headers: Record<string, string | undefined> = {},
  ) {
    if (token === undefined) await newToken();
    return send(method, path, body, { 'Access-Token': token, ...headers });
  }

  return {
    account,
    newToken,
    get: (path: string, headers: Record<string, string | undefined> = {}) => call('GET', path, {}, headers),
    post: (path: string, body: Fields, headers: Record<string, string | undefined> = {}) =>
      call('POST', path, body, headers),
    /** An approved cardholder's number. */
    async cardholder(uniqueNo: string): Promise<string> {
      const reply = await call('POST', 'cardholder/apply', {
        cardholder_unique_no: uniqueNo,
        sumsub_share_token: 'good',
      });
      sandbox.admin.keysecure.updateCardholder(uniqueNo, { status: 'Approved' });
      return (reply.data as { cardholder_no: string }).cardholder_no;
    },
  };
}
export type Caller = ReturnType<typeof caller>;

/** `yyyy-MM-dd HH:mm:ss` in UTC+8, the zone the provider assumes. */
export function beijing(instant: number): string {
  return new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}

export function lastDay(sandbox: Sandbox): Fields {
  const { now } = sandbox.admin.clock();
  return { start_time: beijing(now - 86_400_000), end_time: beijing(now + 86_400_000) };
}
