import { type AdapterHost, type AskOf, readEnvelope } from '@card-gateway/adapter-kit';
import { refused } from '@card-gateway/core';
import { z } from 'zod';
import { openResponse, sealRequest } from './envelope.ts';
import { readPrivateKey, readPublicKey } from './keys.ts';
import { unconfirmedProfile } from './profile.ts';
import type { YixinSettings } from './settings.ts';

/** One call of an interface (yixin.md §4). */
export interface YixinRequest {
  /** The interface's address word, e.g. `bindCard`. */
  readonly operation: string;
  /** Unique per request; a repeated order has the same one (yixin.md §4.9). */
  readonly requestNo: string;
  readonly userIp: string | null;
  /** The business parameters; Yixin's message may repeat them. */
  readonly params: Readonly<Record<string, string>>;
}

/** Sends one request. Without an end user's address it is refused as `invalid_request`, without a call. */
export type Ask = AskOf<YixinRequest>;

const openedResponse = z
  .object({ code: z.string(), msg: z.string().nullable(), params: z.unknown() })
  .transform(({ code, msg, params }) => ({ code, message: msg, data: params }));

/**
 * The account's client of Yixin (yixin.md §2), with its encrypted and signed envelope.
 *
 * @throws TypeError if the settings have not been parsed by their schema and lack RSA keys
 */
export function openClient(settings: YixinSettings, host: AdapterHost): Ask {
  const ours = readPrivateKey(settings.privateKey.reveal());
  const theirs = readPublicKey(settings.providerPublicKey.reveal());
  if (typeof ours === 'string' || typeof theirs === 'string') throw new TypeError('The account holds no RSA keys.');
  const keys = { ours, theirs };
  const profile = settings.profile ?? unconfirmedProfile;

  return async (request, call) => {
    const ip = request.userIp ?? settings.userIp;
    if (ip === undefined) return refused('invalid_request', { message: "The end user's IP address is needed." });
    const common = {
      appId: settings.appId,
      requestNo: request.requestNo,
      method: request.operation,
      version: settings.version,
      timestamp: host.now(),
      ip,
    };
    const sealed = sealRequest(common, request.params, profile, keys);
    const outgoing = {
      operation: request.operation,
      method: 'POST',
      // Whether the URL includes the address word is not documented (yixin.md §4).
      url: settings.methodInPath ? `${settings.baseUrl}/${request.operation}` : settings.baseUrl,
      headers: { 'content-type': 'application/json' },
      body: sealed.body,
    } as const;
    const exchange = await host.send(outgoing, call);
    return readEnvelope(exchange, {
      parse: (body) => openResponse(body, sealed.aesKey, profile, keys),
      reply: openedResponse,
      success: '0',
      // The list of codes is not published (yixin.md §7), so none is a certain refusal.
      reasonOf: () => null,
      hide: [ip, ...Object.values(request.params), ...(request.hide ?? [])],
      data: request.data,
      interpret: request.interpret,
    });
  };
}
