import Fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import { type Keysecure, openKeysecure } from './keysecure.ts';
import { bindingSchema, bindSchema, callbackSchema, cardPageSchema, cardSchema, idSchema } from './schemas.ts';
import { issueSchema, keySchema, listSchema } from './schemas.ts';
import type { RivalSettings } from './settings.ts';
import { firstIdAt, getCard, listCards, storeCallback } from './store.ts';
import { openYixin, type Yixin } from './yixin.ts';

export interface IssueOrder {
  readonly account: string;
  readonly product: string;
  readonly cardholder: string;
  readonly form: string;
}

export interface BindOrder {
  readonly account: string;
  readonly user: string;
  readonly cardNumber: string;
  readonly phone: string;
  readonly userIp: string;
}

export type Change = 'freeze' | 'unfreeze';
export const changes = {
  freeze: { from: 'active', to: 'frozen', providerStatus: 'Frozen' },
  unfreeze: { from: 'frozen', to: 'active', providerStatus: 'Activated' },
} as const;

/** Dependencies of the writes. */
export interface Tools {
  readonly pool: pg.Pool;
  readonly tenant: string;
  readonly keysecure: (account: string) => Keysecure;
  readonly yixin: Yixin;
}

/** The writes, in which *b* and *b2* differ. Each returns the body of the answer. */
export interface Writes {
  issue(order: IssueOrder, key: string): Promise<unknown>;
  bind(order: BindOrder, key: string): Promise<unknown>;
  change(id: string, change: Change, key: string): Promise<unknown>;
}

export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const statuses: Readonly<Record<string, string>> = { Activated: 'active', Frozen: 'frozen', Deleted: 'cancelled' };

/** The routes that *b* and *b2* share. */
export function buildService(
  settings: RivalSettings,
  writesOf: (tools: Tools) => Writes,
): { readonly app: FastifyInstance; readonly tools: Tools } {
  const { tenant } = settings;
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 20 });
  const accounts = new Map(Object.entries(settings.keysecure).map(([name, one]) => [name, openKeysecure(one)]));
  const keysecure = (name: string): Keysecure => {
    const account = accounts.get(name);
    if (account === undefined) throw new HttpError(404, 'There is no such account.');
    return account;
  };
  const tools: Tools = { pool, tenant, keysecure, yixin: openYixin(settings.yixin) };
  const writes = writesOf(tools);
  const app = Fastify();

  app.post<{ Params: { account: string }; Body: { data: Record<string, unknown> } }>(
    '/callbacks/:account',
    { schema: { body: callbackSchema } },
    async (request) => {
      const { data } = request.body;
      const { signature, timestamp } = request.headers as Record<string, string>;
      const { account } = request.params;
      if (!keysecure(account).isSigned(data, timestamp ?? '', signature ?? '')) {
        throw new HttpError(401, 'This callback is not taken.');
      }
      const providerStatus = String(data['after_status']);
      const status = statuses[providerStatus] ?? 'unrecognized';
      const change = { cardRef: String(data['card_no']), status, providerStatus, at: new Date(Number(data['time'])) };
      await storeCallback(pool, { account, signature: signature ?? '', body: request.body, ...change });
      return { code: 0, message: '' };
    },
  );

  const authorization = `Bearer ${settings.apiKey}`;
  app.register(async (api) => {
    api.addHook('onRequest', async (request) => {
      if (request.headers.authorization !== authorization) throw new HttpError(401, 'This API key is not known.');
    });

    api.get<{ Params: { id: string } }>(
      '/v1/cards/:id',
      { schema: { params: idSchema, response: { 200: cardSchema } } },
      async (request) => {
        const card = await getCard(pool, tenant, request.params.id);
        if (card === null) throw new HttpError(404, 'There is no such card.');
        return card;
      },
    );

    api.get<{ Querystring: { limit: number; cursor?: string; createdBefore?: string } }>(
      '/v1/cards',
      { schema: { querystring: listSchema, response: { 200: cardPageSchema } } },
      async (request) => {
        const { limit, cursor, createdBefore } = request.query;
        const latest =
          createdBefore === undefined ? 'ffffffff-ffff-ffff-ffff-ffffffffffff' : firstIdAt(new Date(createdBefore));
        const rows = await listCards(pool, tenant, cursor ?? latest, limit + 1);
        const data = rows.slice(0, limit);
        return { data, nextCursor: rows.length > limit ? data.at(-1)?.id : null };
      },
    );

    const headers = keySchema;
    const keyOf = (request: { headers: Record<string, unknown> }): string => String(request.headers['idempotency-key']);

    api.post<{ Body: IssueOrder }>(
      '/v1/cards',
      { schema: { headers, body: issueSchema, response: { 201: cardSchema } } },
      async (request, reply) => reply.code(201).send(await writes.issue(request.body, keyOf(request))),
    );

    api.post<{ Body: BindOrder }>(
      '/v1/bindings',
      { schema: { headers, body: bindSchema, response: { 201: bindingSchema } } },
      async (request, reply) => reply.code(201).send(await writes.bind(request.body, keyOf(request))),
    );

    for (const change of Object.keys(changes) as Change[]) {
      api.post<{ Params: { id: string } }>(
        `/v1/cards/:id/${change}`,
        { schema: { headers, params: idSchema, response: { 200: cardSchema } } },
        async (request) => writes.change(request.params.id, change, keyOf(request)),
      );
    }
  });
  return { app, tools };
}
