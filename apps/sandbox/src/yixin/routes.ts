import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exchange, jsonAnswer, mediaType, parseObject, text, type Answer, type Wire } from '../exchange.ts';
import { fieldMissing, interfaces } from './binding.ts';
import { createCrypto, type Crypto } from './envelope.ts';
import type { Reply, World } from './state.ts';

type Fields = Record<string, unknown>;

// The list of envelope codes (3.5 of the document) is not public: all of these are the sandbox's own.
const codes = {
  appId: '9002',
  timestamp: '9003',
  sign: '9004',
  decrypt: '9005',
  method: '9006',
  requestNo: '9008',
  refused: '9010',
} as const;

const halfAnHour = 30 * 60 * 1000;

export function yixinRoutes(app: FastifyInstance, world: World): void {
  const crypto = createCrypto(world.config.keys);
  const answer = (reply: Reply): Answer => {
    const code = 'code' in reply ? reply.code : '0';
    const asType = world.config.codeType === 'number' ? Number(code) : code;
    if ('code' in reply) return jsonAnswer(crypto.sealed(asType, reply.msg, undefined));
    return jsonAnswer(crypto.sealed(asType, 'success', JSON.stringify(reply.params)));
  };
  const wire: Wire = {
    provider: 'yixin',
    refusal: (operation, given, message) => answer(scriptedRefusal(operation, given, message)),
    unlistedCode: '9999',
  };
  const handle = (request: FastifyRequest, reply: FastifyReply) => {
    const fields = fieldsOf(request) ?? {};
    // The word that selects the interface is sent in clear (yixin.md §2.1), so faults can target it.
    const operation = text(fields['method']) || 'unknown';
    return exchange(world, wire, request, reply, { operation, reference: text(fields['requestNo']) }, () => {
      if (request.method === 'POST') return answer(work(world, crypto, request, fields));
      void reply.header('allow', 'POST');
      return jsonAnswer({ code: 405, msg: 'POST only' }, 405);
    });
  };
  app.all('/yixin', handle);
  // §4: "append the word to the base URL" is the other reading.
  app.all('/yixin/:word', handle);
}

/** A code with a minus sign is a business status, in `params`; any other belongs to the envelope. */
function scriptedRefusal(operation: string, given: string | number | undefined, message: string | undefined): Reply {
  const hasStatus = operation === 'bindCard' || operation === 'verifyCode';
  const code = String(given ?? (hasStatus ? '-2' : codes.refused));
  if (!code.startsWith('-')) return { code, msg: message ?? '系统繁忙' };
  return { params: { ...(operation === 'bindCard' ? { bizId: '' } : {}), status: code, desc: message ?? '失败' } };
}

/** yixin.md §1: both content types are supported. */
function fieldsOf(request: FastifyRequest): Fields | undefined {
  if (mediaType(request) === 'application/json') {
    const fields = parseObject(request.body);
    // §2.1: `timestamp` is a long, so it is a number in JSON.
    return typeof fields?.['timestamp'] === 'string' ? { ...fields, timestamp: undefined } : fields;
  }
  if (mediaType(request) !== 'application/x-www-form-urlencoded') return undefined;
  return Object.fromEntries(new URLSearchParams(text(request.body)));
}

function work(world: World, crypto: Crypto, request: FastifyRequest, fields: Fields): Reply {
  for (const name of ['appId', 'requestNo', 'method', 'version', 'timestamp', 'key', 'sign', 'params', 'ip']) {
    if (fields[name] === undefined || fields[name] === null || fields[name] === '')
      return { code: fieldMissing, msg: `缺少参数 ${name}` };
  }
  if (fields['appId'] !== world.config.appId) return { code: codes.appId, msg: 'appId 不存在' };
  const stamp = String(fields['timestamp']);
  if (!/^\d{13}$/.test(stamp) || Math.abs(Number(stamp) - world.clock.wall()) > halfAnHour) {
    return { code: codes.timestamp, msg: '时间戳无效' };
  }
  if (!crypto.verified(fields)) return { code: codes.sign, msg: '验签失败' };
  const method = text(fields['method']);
  const word = (request.params as Fields)['word'];
  const act = Object.hasOwn(interfaces, method) ? interfaces[method] : undefined;
  if (act === undefined || (word !== undefined && word !== method)) return { code: codes.method, msg: '接口不存在' };
  let plain: string;
  try {
    plain = crypto.opened(fields['key'], fields['params']);
  } catch {
    return { code: codes.decrypt, msg: '解密失败' };
  }
  const business = parseObject(plain);
  if (business === undefined) return { code: codes.decrypt, msg: '解密失败' };
  // §4.9 [ASSUMED]: the same requestNo with the same business parameters is the same request.
  const requestNo = text(fields['requestNo']);
  const asked = `${method} ${plain}`;
  const before = world.state.answered.get(requestNo);
  if (before !== undefined) {
    return before.asked === asked ? before.answer : { code: codes.requestNo, msg: 'requestNo 重复' };
  }
  const answer = act({ world, requestNo, fields: business });
  world.state.answered.set(requestNo, { asked, answer });
  return answer;
}
