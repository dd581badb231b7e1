import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z, ZodError } from 'zod';
import { NotFound } from './admin-lists.ts';
import type { Admin } from './admin.ts';
import { callbackRoutes } from './callbacks/admin-routes.ts';
import type { Credentials } from './credentials.ts';
import type { Fault } from './faults.ts';
import type { AdminRoute, AdminRoutes } from './provider.ts';
import { receiverAdminRoutes } from './receivers/routes.ts';
import { providerNames, providers } from './providers.ts';
import type { World } from './world.ts';

const clockChange = z.strictObject({
  advanceMs: z.int().optional(),
  set: z.int().optional(),
  skewMs: z.int().optional(),
});
const filter = z.strictObject({
  provider: z.enum(providerNames).optional(),
  operation: z.string().optional(),
  reference: z.string().optional(),
});
const ledgerFilter = filter.extend({ effect: z.string().optional(), subject: z.string().optional() });
const smsFilter = z.strictObject({ phone: z.string().optional(), user: z.string().optional() });

/**
 * The handle's functions over HTTP. Every program that reaches the port may call them, because this is a sandbox. A browser
 * must not do so on behalf of another site, which may be anyone's.
 */
export function adminRoutes(app: FastifyInstance, world: World, admin: Admin, credentials: () => Credentials): void {
  const guarded = (act: Parameters<AdminRoute>[1]) => async (request: FastifyRequest, reply: FastifyReply) => {
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
  const get: AdminRoute = (path, act) => app.get(`/admin/${path}`, guarded(act));
  const post: AdminRoute = (path, act) => app.post(`/admin/${path}`, guarded(act));
  const remove: AdminRoute = (path, act) => app.delete(`/admin/${path}`, guarded(act));

  get('sms', (_, { query }) => admin.sms(smsFilter.parse(query)));
  get('ledger', (_, { query }) => admin.ledger(ledgerFilter.parse(query)));
  get('requests', (_, { query }) => admin.requests(filter.parse(query)));
  get('clock', () => admin.clock());
  post('clock', (body) => admin.changeClock(clockChange.parse(body)));
  get('faults', () => admin.faults());
  post('faults', (body) => admin.addFault(body as Fault));
  remove('faults', () => admin.clearFaults());
  post('tokens/expire', () => admin.expireTokens());
  post('reset', () => admin.reset());
  get('credentials', () => credentials());

  callbackRoutes(get, post, admin.callbacks);
  receiverAdminRoutes(get, post, remove, admin);
  for (const [key, provider] of providers) {
    const { name } = provider;
    const below: AdminRoutes = {
      get: (path, act) => get(`${name}/${path}`, act),
      post: (path, act) => post(`${name}/${path}`, act),
    };
    provider.adminRoutes(below, admin[key]);
  }
}

/**
 * `Host` must be a loopback name or the configured one, which rejects foreign names that were made to resolve to this machine
 * (DNS rebinding); `Origin`, which browsers send with every POST and DELETE, must name the same host.
 */
function isOurs(host: string | undefined, origin: string | undefined, configured: string): boolean {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (host === undefined || url === undefined) return false;
  const own = ['localhost', '[::1]', isIPv6(configured) ? `[${configured}]` : configured.toLowerCase()];
  const known = own.includes(url.hostname) || /^127(\.\d{1,3}){3}$/.test(url.hostname);
  return known && (origin === undefined || origin === url.origin);
}
