import { z } from 'zod';
import { asSent } from '../admin-bodies.ts';
import type { Signed } from '../callbacks/delivery.ts';
import type { AdminRoutes } from '../provider.ts';
import { tell, tellToken } from './notifications.ts';
import { signedNotification } from './sign.ts';
import { seedTokens, type SeedOnerwayTokens, type StoredToken, type World } from './tokens.ts';

export interface OnerwayAdmin {
  tokens(): StoredToken[];
  /** The merchant is notified of each, as for an order that bound the card. */
  seedTokens(seed: SeedOnerwayTokens): void;
  /** Sends a `TXN` notification; members missing in `fields` are generated, and all of it is signed. */
  notify(fields: Record<string, unknown>): void;
  /** A webhook body as Onerway would sign it; returned, not sent. */
  notification(fields: Record<string, unknown>): Signed;
}

export function onerwayAdmin(world: World): OnerwayAdmin {
  return {
    tokens: () => world.state.tokens.map((stored) => ({ ...stored, token: { ...stored.token } })),
    seedTokens(seed) {
      for (const stored of seedTokens(world.state, world.config, seed)) tellToken(world, stored);
    },
    notify: (fields) => tell(world, fields),
    notification: (fields) => ({
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(signedNotification(fields, world.config.secretKey)),
    }),
  };
}

const tokenText = z.string().optional();
const token = z.strictObject({
  id: tokenText,
  tokenId: tokenText,
  appId: tokenText,
  cardNumber: tokenText,
  paymentMethod: tokenText,
  cardBinCountry: tokenText,
  year: tokenText,
  month: tokenText,
});
const tokensSeed = z.strictObject({
  merchantCustId: z.string(),
  kind: z.enum(['TOKEN', 'SUBSCRIBE']).optional(),
  tokens: z.array(token.transform(asSent)),
});
const notification = z.record(z.string(), z.unknown());

export function adminRoutes({ get, post }: AdminRoutes, admin: OnerwayAdmin): void {
  get('tokens', () => admin.tokens());
  post('tokens', (body) => admin.seedTokens(tokensSeed.parse(body)));
  post('notify', (body) => admin.notify(notification.parse(body)));
  post('notifications', (body) => admin.notification(notification.parse(body)));
}
