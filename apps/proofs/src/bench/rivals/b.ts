import { buildService, changes, HttpError } from './service.ts';
import { readSettings } from './settings.ts';
import { findOrder, getCard, insertBinding, insertCard, newId, setStatus } from './store.ts';

/** *b*: calls the provider, then stores the result with one commit. A repeated request is a new one. */
const settings = readSettings();
const { app } = buildService(settings, ({ pool, tenant, keysecure, yixin }) => ({
  issue: async (order) => {
    const found = await findOrder(pool, { tenant, ...order });
    if (found === null) throw new HttpError(404, 'There is no such product or cardholder.');
    const id = newId();
    const providerRef = await keysecure(order.account).apply({ reference: id, ...found });
    return insertCard(pool, { ...order, id, tenant, network: found.network, providerRef });
  },

  bind: async (order) => {
    const id = newId();
    const challenge = await yixin.bindCard({ reference: id, ...order });
    return insertBinding(pool, { ...order, id, tenant, challenge });
  },

  change: async (id, change) => {
    const { from, to, providerStatus } = changes[change];
    const card = await getCard(pool, tenant, id);
    if (card === null || card.providerRef === null) throw new HttpError(404, 'There is no such card.');
    if (card.status !== from) throw new HttpError(409, `The card is ${card.status}.`);
    await keysecure(card.account).setStatus(card.providerRef, providerStatus);
    return setStatus(pool, id, to, providerStatus);
  },
}));
await app.listen({ host: '127.0.0.1', port: settings.port });
