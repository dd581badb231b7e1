import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z, ZodError } from 'zod';
import * as bodies from './admin-bodies.ts';
import { NotFound } from './admin-lists.ts';
import type { Admin } from './admin.ts';
import { callbackRoutes } from './callbacks/admin-routes.ts';
import { faultSchema } from './faults.ts';
import type { KeysecureCardholder } from './keysecure/state.ts';
import type { Credentials } from './credentials.ts';
import type { World } from './world.ts';

/**
 * The same functions as on the handle, over HTTP. Every program that reaches the port may call them: it is a sandbox. A
 * browser may not on behalf of another site, because that site may be anybody's.
 */
export function adminRoutes(app: FastifyInstance, world: World, admin: Admin, credentials: () => Credentials): void {
  type Act = (body: unknown, request: FastifyRequest) => unknown;
  const guarded = (act: Act) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { host, origin } = request.headers;
    if (!isOurs(host, origin, world.config.host)) {
      return reply.code(403).send({ error: 'The admin surface answers this machine only, and no other web site.' });
    }
    try {
      const body: unknown = typeof request.body === 'string' && request.body !== '' ? JSON.parse(request.body) : {};
      const answer = (await act(body, request)) ?? { ok: true };
      if (request.method !== 'GET') world.changed();
      return answer;
    } catch (error) {
      if (error instanceof NotFound) return reply.code(404).send({ error: error.message });
      if (error instanceof SyntaxError) return reply.code(400).send({ error: 'The body is not JSON.' });
      if (error instanceof ZodError) return reply.code(400).send({ error: z.prettifyError(error) });
      throw error;
    }
  };
  const get = (path: string, act: Act) => app.get(`/admin/${path}`, guarded(act));
  const post = (path: string, act: Act) => app.post(`/admin/${path}`, guarded(act));
  const param = (request: FastifyRequest) => String((request.params as Record<string, unknown>)['no']);

  get('sms', (_, { query }) => admin.sms(bodies.smsFilter.parse(query)));
  get('ledger', (_, { query }) => admin.ledger(bodies.ledgerFilter.parse(query)));
  get('requests', (_, { query }) => admin.requests(bodies.filter.parse(query)));
  get('clock', () => admin.clock());
  post('clock', (body) => admin.changeClock(bodies.clockChange.parse(body)));
  get('faults', () => admin.faults());
  post('faults', (body) => admin.addFault(faultSchema.parse(body)));
  app.delete(
    '/admin/faults',
    guarded(() => admin.clearFaults()),
  );
  post('tokens/expire', () => admin.expireTokens());
  post('reset', () => admin.reset());
  get('credentials', () => credentials());

  callbackRoutes(get, post, admin.callbacks);
  get('open-api/cards', () => admin.openApi.cards());
  post('open-api/bins', (body) => admin.openApi.seedBins(z.array(bodies.openApiBin).parse(body)));
  post('open-api/cards', (body) => admin.openApi.seedCards(bodies.openApiCardsSeed.parse(body)));
  post('open-api/cards/:no', (body, request) =>
    admin.openApi.updateCard(param(request), bodies.asSent(bodies.openApiCardChange.parse(body))),
  );
  post('open-api/transactions', (body) =>
    admin.openApi.seedTransactions(z.array(bodies.openApiTransaction).parse(body)),
  );
  get('keysecure/consumptions', () => admin.keysecure.consumptions());
  post('keysecure/consumptions/:no', (body, request) =>
    admin.keysecure.updateConsumption(param(request), bodies.consumptionChange.parse(body)),
  );
  post('keysecure/pay', (body) => admin.keysecure.pay(bodies.payment.parse(body)));
  get('keysecure/cards', () => admin.keysecure.cards());
  get('keysecure/cardholders', () => admin.keysecure.cardholders().map(readable));
  post('keysecure/packages', (body) => admin.keysecure.seedPackages(z.array(bodies.keysecurePackage).parse(body)));
  post('keysecure/bins', (body) => admin.keysecure.seedBins(z.array(bodies.keysecureBin).parse(body)));
  post('keysecure/consumptions', (body) => admin.keysecure.seedConsumptions(bodies.consumptionsSeed.parse(body)));
  post('keysecure/cards/:no', (body, request) =>
    admin.keysecure.updateCard(param(request), bodies.keysecureCardChange.parse(body)),
  );
  post('keysecure/cardholders/:no', (body, request) =>
    readable(admin.keysecure.updateCardholder(param(request), bodies.keysecureCardholderChange.parse(body))),
  );
  post('keysecure/callbacks', (body) => admin.keysecure.callback(bodies.keysecureCallback.parse(body)));
  get('onerway/tokens', () => admin.onerway.tokens());
  post('onerway/tokens', (body) => admin.onerway.seedTokens(bodies.tokensSeed.parse(body)));
  post('onerway/notify', (body) => admin.onerway.notify(bodies.onerwayNotification.parse(body)));
  post('onerway/notifications', (body) => admin.onerway.notification(bodies.onerwayNotification.parse(body)));
  get('yixin/cards', () => admin.yixin.cards());
  post('yixin/cards', (body) => admin.yixin.seedCards(bodies.yixinCardsSeed.parse(body)));
}

/**
 * `Host` is a loopback name or the configured one, so that a foreign name which was made to resolve to this machine (DNS
 * rebinding) is none of ours; `Origin`, which a browser sends along with every POST and DELETE, names that same host.
 */
function isOurs(host: string | undefined, origin: string | undefined, configured: string): boolean {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (host === undefined || url === undefined) return false;
  const own = ['localhost', '[::1]', isIPv6(configured) ? `[${configured}]` : configured.toLowerCase()];
  const known = own.includes(url.hostname) || /^127(\.\d{1,3}){3}$/.test(url.hostname);
  return known && (origin === undefined || origin === url.origin);
}

/** JSON has no bigint. */
function readable(holder: KeysecureCardholder): object {
  return { ...holder, cents: String(holder.cents) };
}
