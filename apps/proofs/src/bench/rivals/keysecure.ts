import { createHmac, timingSafeEqual } from 'node:crypto';
import { Pool } from 'undici';

export interface Keysecure {
  /** @returns the provider's id of the card */
  apply(order: {
    readonly reference: string;
    readonly productRef: string;
    readonly cardholderRef: string;
  }): Promise<string>;
  setStatus(cardRef: string, status: 'Frozen' | 'Activated'): Promise<void>;
  /** Whether the provider signed it within the last five minutes. */
  isSigned(data: Readonly<Record<string, unknown>>, timestamp: string, signature: string): boolean;
}

interface Token {
  readonly value: string;
  readonly until: number;
}

const now = (): number => new Date().getTime();

export function openKeysecure(account: {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}): Keysecure {
  const { origin, pathname } = new URL(account.baseUrl);
  const pool = new Pool(origin, { connections: 64, headersTimeout: 20_000, bodyTimeout: 20_000 });
  let fetching: Promise<Token> | null = null;
  let token: Token | null = null;

  async function send<T>(method: 'GET' | 'POST', path: string, access: string, body?: unknown): Promise<T> {
    const answer = await pool.request({
      method,
      path: `${pathname}/open-api/v1/${path}`,
      headers: {
        'api-key': account.apiKey,
        timestamp: String(now() - 2000),
        'access-token': access,
        'content-type': 'application/json',
        timezone: 'UTC+8',
        language: 'en_US',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { code, msg, data } = (await answer.body.json()) as { code: number; msg: string; data: T };
    if (answer.statusCode !== 200 || code !== 0) throw new Error(`KeySecure says ${code}: ${msg}`);
    return data;
  }

  async function fetchToken(): Promise<Token> {
    const data = await send<{ access_token: string; expired_time: number }>('GET', 'merchant/token', '');
    return { value: data.access_token, until: data.expired_time - 60_000 };
  }

  async function call<T>(path: string, body: unknown): Promise<T> {
    if (token === null || token.until < now()) {
      fetching ??= fetchToken().finally(() => (fetching = null));
      token = await fetching;
    }
    return send<T>('POST', path, token.value, body);
  }

  return {
    apply: async ({ reference, productRef, cardholderRef }) => {
      const data = await call<{ card_no: string; card_unique_no: string }>('card/apply', {
        cardholder_no: cardholderRef,
        card_unique_no: reference,
        card_type: 'Virtual',
        package_no: productRef,
      });
      if (data.card_unique_no !== reference) throw new Error('KeySecure answered for another order.');
      return data.card_no;
    },
    setStatus: async (cardRef, status) => {
      const { result } = await call<{ result: boolean }>('card/status/update', { card_no: cardRef, status });
      if (!result) throw new Error('KeySecure did not change the card.');
    },
    isSigned: (data, timestamp, signature) => {
      if (Math.abs(Number(timestamp) - now()) > 300_000) return false;
      const members: Record<string, unknown> = { ...data, appId: account.apiKey, timestamp };
      const text = Object.keys(members)
        .sort()
        .map((name) => `${name}=${String(members[name])}`)
        .join('&');
      const expected = createHmac('sha256', account.apiSecret).update(text).digest();
      const given = Buffer.from(signature, 'hex');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
