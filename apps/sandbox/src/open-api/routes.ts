import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, mediaType, parseObject, type Answer, type Wire } from '../exchange.ts';
import { cardOnWire, type World } from './state.ts';
import { transactionOnWire } from './transactions.ts';

type Fields = Record<string, unknown>;

/**
 * No error code is published (open-api-issuer.md §1.1), so all codes here are the sandbox's own; a caller may rely only on a
 * code other than 0 with HTTP 200.
 */
const codes = { badKey: 90_001, badField: 90_002, refused: 90_003 } as const;

const wire: Wire = {
  provider: 'open-api',
  refusal: (_operation, code = codes.refused, message = 'request refused') =>
    jsonAnswer({ code: typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : code, message }),
  unlistedCode: 99_999,
};
const refuse = (code: number, message: string): Answer => jsonAnswer({ code, message });

export function openApiRoutes(app: FastifyInstance, world: World): void {
  const { version, transactionDetailPath } = world.config;
  const route = (path: string, operation: string, answer: (fields: Fields) => Answer) => {
    app.all(`/open-api${path}`, (request, reply) =>
      exchange(world, wire, request, reply, { operation, reference: '' }, () => guarded(world, request, reply, answer)),
    );
  };
  const paged = (answer: (fields: Fields) => Answer) => (fields: Fields) => badPage(world, fields) ?? answer(fields);
  const cards = `/${version}/openApi/card`;
  route(
    `${cards}/bin/binList`,
    'binList',
    paged((fields) => binList(world, fields)),
  );
  route(
    `${cards}/cardList`,
    'cardList',
    paged((fields) => cardList(world, fields)),
  );
  route(transactionDetailPath, 'transactionDetail', (fields) => transactionDetail(world, fields));
}

/** Checks method, content type and key, as in §8. */
function guarded(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (fields: Fields) => Answer,
): Answer {
  if (request.method !== 'POST') {
    void reply.header('allow', 'POST');
    return jsonAnswer({ code: codes.badField, message: 'method not allowed' }, 405);
  }
  if (mediaType(request) !== 'application/json') {
    return jsonAnswer({ code: codes.badField, message: 'unsupported media type' }, 415);
  }
  const fields = parseObject(request.body);
  if (fields === undefined) return refuse(codes.badField, 'body is not a JSON object');
  const { customerId, appId, key } = world.config;
  // §1: customer_id and app_id are longs, so a JSON string does not match.
  if (fields['customer_id'] !== customerId || fields['app_id'] !== appId || fields['key'] !== key) {
    return refuse(codes.badKey, 'customer_id, app_id or key is wrong');
  }
  return answer(fields);
}

function badPage(world: World, fields: Fields): Answer | undefined {
  for (const name of ['page_no', 'page_size']) {
    const value = fields[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      return refuse(codes.badField, `${name} must be an int of at least 1`);
    }
  }
  if (Number(fields['page_size']) > world.config.maxPageSize) {
    return refuse(codes.badField, `page_size must not exceed ${world.config.maxPageSize}`);
  }
  return undefined;
}

function binList(world: World, fields: Fields): Answer {
  const { no, size, rows } = page(world, world.state.bins, fields);
  const data = { total: world.state.bins.length, page_no: no, page_size: size, bin_list: rows };
  return jsonAnswer({ code: 0, message: 'success', data });
}

function cardList(world: World, fields: Fields): Answer {
  const { bin_id: binId, card_no: cardNo, status } = fields;
  if (binId !== undefined && typeof binId !== 'string') return refuse(codes.badField, 'bin_id must be a string');
  if (cardNo !== undefined && typeof cardNo !== 'string') return refuse(codes.badField, 'card_no must be a string');
  if (status !== undefined && !Number.isInteger(status)) return refuse(codes.badField, 'status must be an int');
  // §7.15 [ASSUMED]: a filter that is present applies, even if it is 0 or empty.
  const found = world.state.cards.filter(
    (card) =>
      (binId === undefined || card.bin_id === binId) &&
      (cardNo === undefined || card.card_no === cardNo) &&
      (status === undefined || card.status === status),
  );
  const { no, size, rows } = page(world, found, fields);
  const echo = world.config.swapPageEcho ? { page_no: size, page_size: no } : { page_no: no, page_size: size };
  const data = { total: found.length, ...echo, card_list: rows.map(cardOnWire) };
  return jsonAnswer({ code: 0, message: 'success', data });
}

/** §3.1: usually one record; an exchange has two. The answer for an unknown one is not published: an empty list here. */
function transactionDetail(world: World, fields: Fields): Answer {
  const { transaction_id: id } = fields;
  if (typeof id !== 'string' || id === '') return refuse(codes.badField, 'transaction_id must be a string');
  const found = world.state.transactions.filter((one) => one.transaction_id === id);
  return jsonAnswer({ code: 0, message: 'success', data: { transaction_list: found.map(transactionOnWire) } });
}

function page<T>(world: World, all: readonly T[], fields: Fields): { no: number; size: number; rows: T[] } {
  const no = Number(fields['page_no']);
  const size = Number(fields['page_size']);
  const from = (no - 1) * Math.max(1, size - world.config.repeatedRows);
  return { no, size, rows: all.slice(from, from + size) };
}
