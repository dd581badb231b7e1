import { type Operation, operations } from '@card-gateway/contract';
import { Secret } from '@card-gateway/core';
import { createRandom, syntheticPan } from '@card-gateway/sandbox';
import { expect } from 'vitest';
import { call } from './call.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { dump, findHashes, findLeaks } from './leaks.ts';
import { type RawAnswer, type RawRequest, send } from './send.ts';

export const address = {
  firstName: 'Quillonia',
  lastName: 'Vexworthy Umbra',
  phoneCode: '44',
  phone: '2079461357',
  country: 'GB',
  state: 'Zephyrshire',
  city: 'Mirkwater Cross',
  line1: '17 Obsidian Lantern Mews',
  line2: 'Flat 9 Gryphon Annexe',
  postalCode: 'QX9 7ZJ',
};
export const sumsubShareToken = 'canary-share-token-Zx81/Qp+44==';

/** Secrets that must not occur as a hash either: they are so short that trying all recovers one. */
const codeNames: ReadonlySet<string> = new Set(['PIN', 'security code', 'SMS code', 'wrong code']);
/** Prefixes of the gateway's keyed hash input (sealing.ts). */
const purposes = ['', 'fingerprint\0', 'request\0'];

/** All that could be hashed of a request with a code in it. */
function textsWithCode({ method = 'POST', path, body }: RawRequest): string[] {
  if (typeof body !== 'object' || body === null || !['cvv', 'pin', 'code'].some((name) => name in body)) return [];
  const texts = Object.entries(operations as Record<string, Operation>).flatMap(([id, operation]) => {
    const match = new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(path);
    if (operation.method !== method || match === null) return [];
    const parsed = operation.body?.safeParse(body);
    return [JSON.stringify([id, match.groups ?? null, parsed?.success === true ? parsed.data : body])];
  });
  return [JSON.stringify(body), ...texts].flatMap((text) => purposes.map((purpose) => purpose + text));
}

/** A bank card and a phone that are canaries. */
export interface SecretCard {
  readonly cardNumber: string;
  readonly phone: string;
}

/** A gateway in which every secret is unique and known, and all that could show one is kept. */
export interface CanaryGateway {
  readonly gateway: TestGateway;
  readonly apiKey: string;
  /** Plants a secret, which must not occur anywhere from now on. */
  readonly plant: (name: string, secret: string) => string;
  readonly secretCard: () => SecretCard;
  /** A new name, for whatever must be called something. */
  readonly unique: () => string;
  readonly call: (request: RawRequest) => Promise<RawAnswer>;
  /** A call whose success hands out a secret: only its headers, or its whole refusal, are searched. */
  readonly callReveal: (request: RawRequest) => Promise<RawAnswer>;
  readonly read: (path: string) => Promise<RawAnswer>;
  /** Has a text searched that was sent to somebody else than a caller. */
  readonly keep: (text: string) => void;
  readonly everything: () => Promise<Readonly<Record<'log' | 'replies' | 'metrics' | 'database', string>>>;
  readonly expectNoLeak: () => Promise<void>;
}

/** @param jobs whether the job queue runs */
export async function startCanaryGateway(jobs: boolean): Promise<CanaryGateway> {
  const secretPath = 'canary-secret-path-0123456789abcdef0123456789abcdef';
  const gateway = await startGateway({
    ...callbackOptions(),
    jobs,
    settings: {
      PROVIDER_WRITE_TIMEOUT_MS: '600',
      PROVIDER_READ_TIMEOUT_MS: '1000',
      PROVIDER_CIRCUIT_FAILURES: '1000',
      REVEALS_PER_KEY_AND_HOUR: '1000',
      SMS_PER_PHONE_AND_HOUR: '1000',
      EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1',
      // The searches run in this very process, and take long.
    },
  });
  const { key: apiKey } = await gateway.key();
  const { keysecure, openApi, onerway, yixin } = gateway.sandbox.credentials;
  const { firstName, lastName, phone, state, city, line1, line2, postalCode } = address;
  const { GATEWAY_FINGERPRINT_KEYS: fingerprintKeys, GATEWAY_SEALING_KEYS: sealingKeys } = gateway.services.config;
  const keys = [...fingerprintKeys, ...sealingKeys].map(({ key }) => key);
  /** Texts that contain a code, whose hashes must not occur anywhere. */
  const hashed: Record<string, string> = {};
  const canaries: Record<string, string> = {
    firstName,
    lastName,
    addressPhone: phone,
    state,
    city,
    line1,
    line2,
    postalCode,
    sumsubShareToken,
    apiKey,
    keysecureKey: keysecure[0]?.apiKey ?? '',
    keysecureSecret: keysecure[0]?.apiSecret ?? '',
    openApiKey: openApi.key,
    onerwayKey: onerway.secretKey,
    yixinPrivateKey: (yixin.partnerPrivateKey ?? '').split('\n')[3] ?? '',
    secretPath,
  };
  const replies: string[] = [];
  /** What was searched of the log, the replies and the database: secrets planted later cannot occur in it. */
  let searched = { log: 0, replies: 0, rows: new Set<string>() };
  let made = 0;
  const unique = (): string => String((made += 1));
  const plant = (name: string, secret: string): string => {
    canaries[`${name} ${unique()}`] = secret;
    if (codeNames.has(name)) {
      for (const purpose of purposes) hashed[`${name} ${unique()}`] = purpose + secret;
    }
    return secret;
  };
  const sent = (request: RawRequest): Promise<RawAnswer> => {
    for (const text of textsWithCode(request)) hashed[`request ${unique()}`] = text;
    return send(gateway.url, apiKey, { idempotencyKey: `key-${unique()}`, ...request });
  };
  const output = async () => ({
    log: gateway.log(),
    replies: replies.join('\n'),
    metrics: (await call(gateway.url, { path: '/metrics' })).text,
  });

  return {
    gateway,
    apiKey,
    plant,
    unique,
    secretCard: () => {
      const seed = Number(unique());
      return {
        cardNumber: plant('pan', syntheticPan(createRandom(90_000 + seed), '6217', 19)),
        phone: plant('phone', `139${createRandom(seed).digits(8)}`),
      };
    },
    call: async (request) => {
      const answer = await sent(request);
      replies.push(answer.headers, answer.text);
      return answer;
    },
    callReveal: async (request) => {
      const answer = await sent(request);
      replies.push(answer.headers, ...(answer.status < 300 ? [] : [answer.text]));
      return answer;
    },
    read: async (path) => {
      const answer = await sent({ method: 'GET', path });
      replies.push(answer.headers, answer.text);
      return answer;
    },
    keep: (text) => void replies.push(text),
    everything: async () => ({ ...(await output()), database: (await dump(gateway.pool)).join('\n') }),
    expectNoLeak: async () => {
      const { log, replies: answers, metrics } = await output();
      const rows = await dump(gateway.pool);
      const database = rows.filter((row) => !searched.rows.has(row)).join('\n');
      const texts = { log: log.slice(searched.log), replies: answers.slice(searched.replies), metrics, database };
      for (const [place, text] of Object.entries(texts)) {
        expect({ place, leaks: findLeaks(canaries, text) }).toEqual({ place, leaks: [] });
      }
      expect(findHashes(hashed, keys, texts.database)).toEqual([]);
      searched = { log: log.length, replies: answers.length, rows: new Set(rows) };
    },
  };

  function callbackOptions(): Parameters<typeof startGateway>[0] {
    return {
      callbacks: (name) => (name === 'open-api' ? { callbacks: { secretPath: new Secret(secretPath) } } : {}),
      undocumented: true,
      account: (name, settings) =>
        name === 'onerway' ? { ...settings, notificationCustomerField: 'merchantCustId' } : settings,
    };
  }
}
