import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, mediaType, parseObject, text, type Answer, type Wire } from '../exchange.ts';
import { accountInfo, listTransfers, transfer } from './accounts.ts';
import { isFresh, zoneOf, type Call } from './call.ts';
import { activateCard, clientToken, privateInfo, setPin, updateStatus } from './card-acts.ts';
import { cardholderInfo, applyCardholder, listCardholders } from './cardholders.ts';
import { applyCard, cardDetail, listCards } from './cards.ts';
import { packageList, supportBins } from './catalogue-calls.ts';
import { consumptionInfo, listConsumptions } from './consumptions.ts';
import { messageOf, Refused, unlistedCode } from './codes.ts';
import type { Merchant, World } from './state.ts';

/** keysecure.md §5. `reference` names the body member with the caller's own number. */
interface Endpoint {
  method: 'GET' | 'POST';
  path: string;
  /** Its name in faults and counts; default the path. */
  operation?: string;
  mode?: Merchant['mode'];
  reference?: string;
  answer: (call: Call) => unknown;
}

const endpoints: Endpoint[] = [
  { method: 'GET', path: 'merchant/token', answer: newToken },
  { method: 'POST', path: 'cardholder/apply', reference: 'cardholder_unique_no', answer: applyCardholder },
  { method: 'POST', path: 'cardholder/list', reference: 'cardholder_unique_no', answer: listCardholders },
  { method: 'GET', path: 'cardholder/:no/info', operation: 'cardholder/info', answer: cardholderInfo },
  { method: 'POST', path: 'card/apply', reference: 'card_unique_no', answer: applyCard },
  { method: 'POST', path: 'card/list', reference: 'card_unique_no', answer: listCards },
  { method: 'GET', path: 'card/:no/detail', operation: 'card/detail', answer: cardDetail },
  { method: 'GET', path: 'card/:no/private/info', operation: 'card/private/info', answer: privateInfo },
  { method: 'POST', path: 'card/active', reference: 'card_no', answer: activateCard },
  { method: 'POST', path: 'card/status/update', reference: 'card_no', answer: updateStatus },
  { method: 'POST', path: 'card/pin/set', reference: 'card_no', answer: setPin },
  { method: 'GET', path: 'card/consume/:no/info', operation: 'card/consume/info', answer: consumptionInfo },
  { method: 'GET', path: 'merchant/client/:no/token', operation: 'merchant/client/token', answer: clientToken },
  { method: 'POST', path: 'card/consume/list', reference: 'card_no', answer: listConsumptions },
  {
    method: 'POST',
    path: 'account/transfer',
    mode: 'CREDIT_EXTENSION',
    reference: 'transfer_unique_no',
    answer: transfer,
  },
  { method: 'GET', path: 'account/:no/info', operation: 'account/info', mode: 'CREDIT_EXTENSION', answer: accountInfo },
  {
    method: 'POST',
    path: 'account/transfer/list',
    mode: 'CREDIT_EXTENSION',
    reference: 'transfer_unique_no',
    answer: listTransfers,
  },
  { method: 'POST', path: 'card/package/list', mode: 'CREDIT_EXTENSION', answer: packageList },
  { method: 'POST', path: 'card/support/bins', mode: 'AUTHORIZATION', answer: supportBins },
];

const wire: Wire = {
  provider: 'keysecure',
  // 1022, the merchant's status: documented, possible for every call, and certain that nothing was done.
  refusal: (_operation, code = 1022, message) =>
    jsonAnswer({ code: Number(code), msg: message ?? messageOf(Number(code), 'en_US') }),
  unlistedCode,
};

export function keysecureRoutes(app: FastifyInstance, world: World): void {
  for (const endpoint of endpoints) {
    const operation = endpoint.operation ?? endpoint.path;
    app.all(`/keysecure/open-api/v1/${endpoint.path}`, (request, reply) => {
      const named = endpoint.reference === undefined ? '' : text(parseObject(request.body)?.[endpoint.reference]);
      const reference = named || pathNo(request);
      return exchange(world, wire, request, reply, { operation, reference }, () =>
        guarded(world, request, reply, endpoint),
      );
    });
  }
}

function guarded(world: World, request: FastifyRequest, reply: FastifyReply, endpoint: Endpoint): Answer {
  if (request.method !== endpoint.method) {
    void reply.header('allow', endpoint.method);
    return jsonAnswer({ code: 1004, msg: 'Method not allowed' }, 405);
  }
  try {
    const data = endpoint.answer(authenticated(world, request, endpoint));
    return jsonAnswer({ code: 0, msg: 'Success', data });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // §1: HTTP 200 for failures too.
    const msg = error.detail ?? messageOf(error.code, request.headers['language']);
    return jsonAnswer({ code: error.code, msg });
  }
}

/** keysecure.md §2.1, in the order of the codes: key, clock, token, mode. */
function authenticated(world: World, request: FastifyRequest, endpoint: Endpoint): Call {
  const { headers } = request;
  const apiKey = text(headers['api-key']);
  if (apiKey === '') throw new Refused(1002);
  const merchant = world.state.merchants.get(apiKey);
  if (merchant === undefined) throw new Refused(1008);
  const wall = world.clock.wall();
  if (!isFresh(text(headers['timestamp']), wall)) throw new Refused(1005);
  // §2.1: on every call, including GET. The code of this refusal is not published.
  if (mediaType(request) !== 'application/json') throw new Refused(1004, 'Content-Type must be application/json');
  if (endpoint.answer !== newToken) {
    const token = text(headers['access-token']);
    if (token === '') throw new Refused(1006);
    const expiry = merchant.tokens.get(token);
    if (expiry === undefined || expiry <= wall) throw new Refused(1007);
  }
  if (endpoint.mode !== undefined && endpoint.mode !== merchant.mode) throw new Refused(1012);
  const fields = endpoint.method === 'GET' ? {} : parseObject(request.body);
  if (fields === undefined) throw new Refused(1004, 'Request body is not a JSON object');
  return { world, merchant, fields, pathNo: pathNo(request), zoneMinutes: zoneOf(text(headers['timezone'])) };
}

/** keysecure.md §6.1, §2.2: `expired_time` is an instant, not a duration. */
function newToken({ world, merchant }: Call): unknown {
  const { oneTokenPerKey, tokenLifetimeMs } = world.config;
  const accessToken = world.random().hex(48);
  const expiry = world.clock.wall() + tokenLifetimeMs;
  if (oneTokenPerKey) merchant.tokens.clear();
  merchant.tokens.set(accessToken, expiry);
  return { access_token: accessToken, expired_time: expiry };
}

function pathNo(request: FastifyRequest): string {
  return text((request.params as Record<string, unknown>)['no']);
}
