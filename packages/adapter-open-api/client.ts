import { type AdapterHost, type AskOf, readEnvelope } from '@card-gateway/adapter-kit';
import { refused } from '@card-gateway/core';
import { reasonOf } from './refusals.ts';
import type { OpenApiSettings } from './settings.ts';
import { envelope } from './wire.ts';

/** Where a request goes, and what it carries beside the credentials. */
export interface OpenApiRequest {
  readonly operation: string;
  /** Path behind the version segment. */
  readonly path: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<OpenApiRequest>;

/**
 * The account's way to the provider: a POST whose body carries the credentials as ordinary fields (open-api-issuer.md §1).
 * Nothing of a body is ever logged, and what the provider says is redacted of all that was sent (trap 1).
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
      // The documents list no code: whatever it is, it refuses nothing for certain (§1.1).
      reasonOf: () => null,
      hide: toHide(body),
      data: request.data,
      interpret: request.interpret,
    });
  };
}

function toHide(body: Readonly<Record<string, string | number>>): readonly string[] {
  const { page_no: _page, page_size: _size, ...sensitive } = body;
  return Object.values(sensitive).map(String);
}
