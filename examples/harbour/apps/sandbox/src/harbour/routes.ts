import type { FastifyInstance, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, parseObject, text, type Answer, type Wire } from '../exchange.ts';
import { products, type World } from './state.ts';

type Fields = Record<string, unknown>;
type Work = (request: FastifyRequest, body: Fields) => Answer;

/** The HTTP status of each refusal (harbour.md §1.3). */
const statuses: Record<string, number> = {
  card_limit: 422,
  invalid_token: 401,
  no_such_card: 404,
  no_such_form: 422,
  no_such_product: 422,
  product_closed: 409,
  too_many: 429,
};
const refuse = (code: string, detail = code): Answer => ({
  ...jsonAnswer({ error: { code, detail } }, statuses[code] ?? 422),
  ...(code === 'too_many' && { headers: { 'retry-after': '7' } }),
});
const wire: Wire = {
  provider: 'harbour',
  refusal: (_operation, code = Object.keys(statuses)[0] ?? '', message) => refuse(String(code), message),
  unlistedCode: 'a_new_code',
};

export function routes(app: FastifyInstance, world: World): void {
  const route = (method: 'GET' | 'POST', path: string, operation: string, work: Work) => {
    app.route({
      method,
      url: `/harbour${path}`,
      handler: (request, reply) => {
        const body = parseObject(request.body) ?? {};
        const reference = text(body['reference']);
        return exchange(world, wire, request, reply, { operation, reference }, () => work(request, body));
      },
    });
  };

  // Written from the documents alone: one route for each call that the adapter makes, and an effect in the ledger for each
  // write.
  route('POST', '/oauth/token', 'oauth/token', token);
  route(
    'GET',
    '/v2/products',
    'products',
    guarded(({ query }) => page(products, query)),
  );
  route('POST', '/v2/cards', 'issue', guarded(issue));
  route('GET', '/v2/cards', 'list', guarded(list));
  route('GET', '/v2/cards/:id', 'read', guarded(read));

  /** harbour.md §1.1. */
  function token({ headers }: FastifyRequest): Answer {
    const { clientId, clientSecret } = world.config;
    const expected = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    if (headers.authorization !== expected) return jsonAnswer({ error: 'invalid_client' }, 401);
    const made = world.random().hex(32);
    world.state.tokens.push(made);
    return jsonAnswer({ access_token: made, token_type: 'Bearer', expires_in: 3600 });
  }

  /** harbour.md §4. */
  function issue(_request: FastifyRequest, body: Fields): Answer {
    const product = products.find(({ id }) => id === body['product']);
    if (product === undefined) return refuse('no_such_product');
    if (!product.open) return refuse('product_closed');
    const form = text(body['form']);
    if (!product.forms.includes(form)) return refuse('no_such_form');
    const { state, journal } = world;
    state.number += 1;
    const reference = text(body['reference']);
    const last4 = String(state.number % 10_000).padStart(4, '0');
    const id = `hc_${state.number}`;
    const card = { id, reference, product: product.id, form, last4, state: 'active' as const };
    state.cards.push(card);
    journal.effect({ provider: 'harbour', operation: 'issue', reference, effect: 'card_issued', subject: card.id });
    return jsonAnswer(card, 201);
  }

  /** harbour.md §4. */
  function list({ query }: FastifyRequest): Answer {
    const { reference } = query as Record<string, string>;
    const { cards } = world.state;
    return page(reference === undefined ? cards : cards.filter((card) => card.reference === reference), query);
  }

  /** harbour.md §4. */
  function read({ params }: FastifyRequest): Answer {
    const card = world.state.cards.find(({ id }) => id === (params as Fields)['id']);
    return card === undefined ? refuse('no_such_card') : jsonAnswer(card);
  }

  /** harbour.md §1.1. */
  function guarded(work: Work): Work {
    const isKnown = ({ headers }: FastifyRequest) =>
      world.state.tokens.includes(headers.authorization?.replace(/^Bearer /, '') ?? '');
    return (request, body) => (isKnown(request) ? work(request, body) : refuse('invalid_token'));
  }
}

/** harbour.md §1.4: oldest first, two a page. */
function page(all: readonly object[], query: unknown): Answer {
  const from = Number((query as Fields)['after'] ?? 0);
  return jsonAnswer({ data: all.slice(from, from + 2), next: from + 2 < all.length ? String(from + 2) : null });
}
