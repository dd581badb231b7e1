import { type AdapterHost, type AskOf, readEnvelope } from '@card-gateway/adapter-kit';
import { reasonOf } from './refusals.ts';
import type { OnerwaySettings } from './settings.ts';
import { sign } from './signature.ts';
import { envelope } from './wire.ts';

/** Where a request goes, and what it carries beside the merchant number. */
export interface OnerwayRequest {
  readonly operation: string;
  /** Whether it may leave something behind at the provider. */
  readonly effect: 'read' | 'write';
  readonly path: string;
  /** The signed parameters of the operation; every value is text (onerway.md §2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** For an answer that may be longer than others. */
  readonly maxResponseBytes?: number;
}

/** Signs and sends one request and reads its answer. */
export type Ask = AskOf<OnerwayRequest>;

/**
 * The account's way to the acquiring API (onerway.md §2): a POST of flat JSON that carries merchant number and signature.
 * Nothing of a body is ever logged, and what the provider says is redacted of the
 * account's credentials and the customer's data.
 */
export function openClient(settings: OnerwaySettings, { send }: AdapterHost): Ask {
  return async (request, call) => {
    const parameters = { merchantNo: settings.merchantNo, ...request.parameters };
    const secretKey = settings.secretKey.reveal();
    const signature = sign(parameters, secretKey);
    const hide = [signature, secretKey, settings.merchantNo, ...(request.hide ?? [])];
    const outgoing = {
      operation: request.operation,
      method: 'POST',
      url: settings.baseUrl + request.path,
      // Exactly this: with a charset behind it the provider rejects the request (trap 1).
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...parameters, sign: signature }),
      ...(request.maxResponseBytes !== undefined && { maxResponseBytes: request.maxResponseBytes }),
    } as const;
    const exchange = await send(outgoing, call);
    return readEnvelope(exchange, {
      reply: envelope,
      success: '20000',
      reasonOf: (code) => reasonOf(code, request.effect),
      hide,
      data: request.data,
      interpret: request.interpret,
    });
  };
}
