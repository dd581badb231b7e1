import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, parseObject, text, type Answer, type Wire } from '../exchange.ts';
import { onerwaySign, sameSign } from './sign.ts';
import { otherAppId, type World } from './tokens.ts';

type Fields = Record<string, unknown>;

// Listed in onerway.md §8; the codes for a bad signature and an unknown token are not published, so 49xxx is ours.
const messages: Record<string, string> = {
  '11001': 'system error',
  '12004': 'merchant account disabled or unknown',
  '13001': 'app id invalid',
  '40013': 'parameters unreadable',
  '49001': 'signature refused',
  '49002': 'token not found',
};

const refuse = (code: string, message = messages[code] ?? 'refused'): Answer =>
  jsonAnswer({ respCode: code, respMsg: message });
const wire: Wire = {
  provider: 'onerway',
  refusal: (_operation, code = '12004', message) => refuse(String(code), message),
  unlistedCode: '49999',
};

export function onerwayRoutes(app: FastifyInstance, world: World): void {
  const route = (
    path: string,
    operation: string,
    lengths: Record<string, number>,
    answer: (fields: Fields) => Answer,
  ) => {
    app.all(`/onerway${path}`, (request, reply) => {
      const fields = parseObject(request.body) ?? {};
      const reference = text(fields['merchantCustId']) || text(fields['id']);
      return exchange(world, wire, request, reply, { operation, reference }, () =>
        guarded(world, request, reply, lengths, answer),
      );
    });
  };
  // Lengths and required members: §3.1, §3.2. 0 means that no length is stated.
  route(
    '/v1/txn/queryTokenList',
    'queryTokenList',
    { merchantNo: 20, merchantCustId: 50, subProductType: 16 },
    (fields) => queryTokenList(world, fields),
  );
  route(world.config.deleteTokenPath, 'deleteToken', { merchantNo: 20, id: 0 }, (fields) => deleteToken(world, fields));
}

function guarded(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  lengths: Record<string, number>,
  answer: (fields: Fields) => Answer,
): Answer {
  const { merchantNo, secretKey } = world.config;
  if (request.method !== 'POST') {
    void reply.header('allow', 'POST');
    return jsonAnswer({ respCode: '40013', respMsg: 'POST only' }, 405);
  }
  // §2, §13.1: not even `; charset=UTF-8` may follow. The code of this refusal is not published.
  if (request.headers['content-type'] !== 'application/json') {
    return refuse('40013', 'content type must be exactly application/json');
  }
  const fields = parseObject(request.body);
  if (fields === undefined) return refuse('40013');
  // §2: a flat object whose every value is a string.
  const notText = Object.keys(fields).find((name) => fields[name] !== null && typeof fields[name] !== 'string');
  if (notText !== undefined) return refuse('40013', `${notText} must be a string`);
  for (const [name, length] of Object.entries(lengths)) {
    const value = text(fields[name]);
    if (value === '') return refuse('40013', `${name} is required`);
    if (length > 0 && value.length > length) return refuse('40013', `${name} is longer than ${length}`);
  }
  if (fields['merchantNo'] !== merchantNo) return refuse('12004');
  if (!sameSign(text(fields['sign']), onerwaySign(fields, secretKey))) return refuse('49001');
  return answer(fields);
}

function queryTokenList(world: World, fields: Fields): Answer {
  const { merchantNo, appId: ownAppId } = world.config;
  const kind = fields['subProductType'];
  // §7: the token list accepts only these two.
  if (kind !== 'TOKEN' && kind !== 'SUBSCRIBE') return refuse('40013', 'subProductType must be TOKEN or SUBSCRIBE');
  const appId = text(fields['appId']);
  const known = new Set([ownAppId, otherAppId, ...world.state.tokens.map(({ token }) => token.appId)]);
  if (appId !== '' && !known.has(appId)) return refuse('13001');
  const tokenInfos = world.state.tokens
    .filter((stored) => stored.merchantCustId === fields['merchantCustId'] && stored.kind === kind)
    .map(({ token }) => token)
    .filter((token) => appId === '' || token.appId === appId);
  return jsonAnswer({ respCode: '20000', respMsg: 'Success', data: { merchantNo, tokenInfos } });
}

function deleteToken(world: World, fields: Fields): Answer {
  const { tokens } = world.state;
  // §3.2: the argument is the binding's `id`, never the `tokenId`.
  const index = tokens.findIndex(({ token }) => token.id === fields['id']);
  const removed = tokens[index];
  if (removed === undefined) return refuse('49002');
  tokens.splice(index, 1);
  world.journal.effect({
    provider: 'onerway',
    operation: 'deleteToken',
    reference: removed.token.id,
    effect: 'token_deleted',
    subject: removed.merchantCustId,
  });
  // §14 [DERIVED]: the response signature follows §2.1 over the members of `data`.
  const sign = onerwaySign({ success: true }, world.config.secretKey);
  return jsonAnswer({ respCode: '20000', respMsg: 'Success', data: { success: true, sign } });
}
