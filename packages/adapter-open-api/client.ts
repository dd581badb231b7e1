import { type AdapterHost, type AskOf, readEnvelope } from '@card-gateway/adapter-kit';
import { refused } from '@card-gateway/core';
import { reasonOf } from './refusals.ts';
import type { OpenApiSettings } from './settings.ts';
import { envelope } from './wire.ts';

/** The path of a request, and its contents besides the credentials. */
export interface OpenApiRequest {
  readonly operation: string;
  /** Path after the version segment. */
  readonly path: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<OpenApiRequest>;

/**
 * The account's client: a POST whose body contains the credentials as ordinary fields (open-api-issuer.md §1). Bodies are never
 * logged, and the provider's messages are redacted of everything that was sent (trap 1).
 */
export function openClient(settings: OpenApiSettings, { send }: AdapterHost): Ask {
  return async (request, call) => {
    const body = {
      customer_id: Number(settings.customerId),
      app_id: Number(settings.appId),
      key: settings.key.reveal(),
      ...request.fields,
    };
    const outgoing = {
      operation: request.operation,
      method: 'POST',
      url: `${settings.baseUrl}/${settings.version}/openApi/${request.path}`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    } as const;
    const exchange = await send(outgoing, call);
    return readEnvelope(exchange, {
      reply: envelope,
      problem: ({ status }, evidence) => {
        const reason = reasonOf(status);
        return reason === null ? null : refused(reason, evidence(null));
      },
      success: '0',
      // The documents list no codes, so none is a certain refusal (§1.1).
      reasonOf: () => null,
      hide: toHide(body),
      data: request.data,
      interpret: request.interpret,
      ...(request.unread && { unread: request.unread }),
    });
  };
}

function toHide(body: Readonly<Record<string, string | number>>): readonly string[] {
  const { page_no: _page, page_size: _size, ...sensitive } = body;
  return Object.values(sensitive).map(String);
}
