import { type AdapterHost, readEnvelope } from '@card-gateway/adapter-kit';
import { type Evidence, type Outcome, type ProviderCall, refused, unknown } from '@card-gateway/core';
import { z } from 'zod';
import { openResponse, sealRequest } from './envelope.ts';
import { readPrivateKey, readPublicKey } from './keys.ts';
import { unconfirmedProfile } from './profile.ts';
import type { YixinSettings } from './settings.ts';

/** One call of an interface (yixin.md §4). */
export interface YixinCall<Schema extends z.ZodType, T> {
  /** The interface's address word, e.g. `bindCard`. */
  readonly method: string;
  /** Unique per request; a repeated order carries the same one (yixin.md §4.9). */
  readonly requestNo: string;
  readonly userIp: string | null;
  readonly params: Readonly<Record<string, string>>;
  /** The business data of a success. */
  readonly reply: Schema;
  /** Says what business data means. `evidence` redacts Yixin's text. */
  readonly interpret: (
    reply: z.output<Schema>,
    evidence: (status: string | null, text?: string | null) => Evidence,
  ) => Outcome<T>;
}

export interface YixinClient {
  /** The account sets no default address of the end user, so each call must bring one. */
  readonly needsUserIp: boolean;
  /** Sends one request. Refused without a call as `invalid_request` when there is no end user's address. */
  call<Schema extends z.ZodType, T>(order: YixinCall<Schema, T>, call: ProviderCall): Promise<Outcome<T>>;
}

const openedResponse = z
  .object({ code: z.string(), msg: z.string().nullable(), params: z.unknown() })
  .transform(({ code, msg, params }) => ({ code, message: msg, data: params }));

/** The client of one account. Throws when the settings have not been through their schema and hold no RSA keys. */
export function openClient(settings: YixinSettings, host: AdapterHost): YixinClient {
  const ours = readPrivateKey(settings.privateKey.reveal());
  const theirs = readPublicKey(settings.providerPublicKey.reveal());
  if (typeof ours === 'string' || typeof theirs === 'string') throw new TypeError('The account holds no RSA keys.');
  const keys = { ours, theirs };
  const profile = settings.profile ?? unconfirmedProfile;

  return {
    needsUserIp: settings.userIp === undefined,
    async call(order, call) {
      const ip = order.userIp ?? settings.userIp;
      if (ip === undefined) return refused('invalid_request', { message: "The end user's IP address is needed." });
      const common = {
        appId: settings.appId,
        requestNo: order.requestNo,
        method: order.method,
        version: settings.version,
        timestamp: host.now(),
        ip,
      };
      const sealed = sealRequest(common, order.params, profile, keys);
      const request = {
        operation: order.method,
        method: 'POST',
        // Whether the address word belongs into the URL as well is not documented (yixin.md §4).
        url: settings.methodInPath ? `${settings.baseUrl}/${order.method}` : settings.baseUrl,
        headers: { 'content-type': 'application/json' },
        body: sealed.body,
      } as const;
      const exchange = await host.send(request, call);
      return readEnvelope(exchange, {
        parse: (body) => openResponse(body, sealed.aesKey, profile, keys),
        reply: openedResponse,
        success: '0',
        refusal: (_code, said) => unknown('unlisted_code', said),
        // Yixin's text may echo what we sent.
        hide: [ip, ...Object.values(order.params)],
        data: order.reply,
        interpret: (reply, _said, say) => order.interpret(reply, say),
      });
    },
  };
}
