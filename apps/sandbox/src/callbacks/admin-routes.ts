import { z } from 'zod';
import type { AdminRoute } from '../provider.ts';
import { callbackProviders } from '../providers.ts';
import type { CallbacksAdmin } from './admin.ts';
import { forgeryKinds } from './delivery.ts';
import type { Forged } from './forge.ts';

const provider = z.enum(callbackProviders);
const target = z.strictObject({
  provider,
  url: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]),
  merchant: z.string().optional(),
});
const filter = z.strictObject({
  provider: provider.optional(),
  merchant: z.string().optional(),
  kind: z.string().optional(),
  reference: z.string().optional(),
  id: z.string().optional(),
  acknowledged: z.stringbool().optional(),
});
const release = z.strictObject({
  order: z.enum(['as-is', 'reversed', 'shuffled']).optional(),
  seed: z.int().optional(),
  times: z.int().min(1).max(1000).optional(),
});
const forgery = z.strictObject({
  provider,
  kind: z.enum(forgeryKinds),
  merchant: z.string().optional(),
  of: z.strictObject({ headers: z.record(z.string(), z.string()), body: z.string() }).optional(),
  change: z.record(z.string(), z.unknown()).optional(),
  bit: z.int().min(0).optional(),
  where: z.string().optional(),
  ageMs: z.int().optional(),
  send: z.boolean().optional(),
});

export function callbackRoutes(get: AdminRoute, post: AdminRoute, admin: CallbacksAdmin): void {
  get('callbacks', (_, { query }) => admin.sent(filter.parse(query)));
  get('callbacks/targets', () => admin.targets());
  post('callbacks/targets', (body) => {
    const { provider: of, url, merchant } = target.parse(body);
    admin.target(of, url, merchant);
  });
  post('callbacks/idle', () => admin.idle());
  get('callbacks/held', () => admin.held());
  post('callbacks/hold', () => admin.hold());
  post('callbacks/release', (body) => admin.release(release.parse(body)));
  post('callbacks/forge', async (body) => readable(await admin.forge(forgery.parse(body))));
}

/** JSON cannot represent bytes. */
function readable({ body, ...forged }: Forged): object {
  return { ...forged, bodyBase64: body.toString('base64') };
}
