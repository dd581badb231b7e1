import Fastify from 'fastify';
import { cardSchema } from './schemas.ts';
import { readSettings } from './settings.ts';

/** The cost of Fastify itself: a route that returns a constant card. */
const { port } = readSettings();
const at = '2026-01-01T00:00:00.000Z';
const card = {
  provider: 'keysecure',
  account: 'keysecure',
  providerRef: 'C000000000001',
  product: '01900000-0000-7000-8000-000000000001',
  cardholder: '01900000-0000-7000-8000-000000000002',
  form: 'virtual',
  network: 'visa',
  last4: '4242',
  status: 'active',
  providerStatus: 'Activated',
  createdAt: at,
  updatedAt: at,
};

const app = Fastify();
app.get<{ Params: { id: string } }>('/v1/cards/:id', { schema: { response: { 200: cardSchema } } }, (request) => ({
  id: request.params.id,
  ...card,
}));
await app.listen({ host: '127.0.0.1', port });
