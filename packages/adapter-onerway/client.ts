import { type AdapterHost, type AskOf, readEnvelope } from '@card-gateway/adapter-kit';
import { reasonOf } from './refusals.ts';
import type { OnerwaySettings } from './settings.ts';
import { sign } from './signature.ts';
import { envelope } from './wire.ts';

/** The path of a request, and its contents besides the merchant number. */
export interface OnerwayRequest {
  readonly operation: string;
  /** Whether it may leave something behind at the provider. */
  readonly effect: 'read' | 'write';
  readonly path: string;
  /** The operation's signed parameters; every value is text (onerway.md §2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** For an answer that may be longer than others. */
  readonly maxResponseBytes?: number;
}

/** Signs and sends one request and reads its answer. */
export type Ask = AskOf<OnerwayRequest>;

/**
 * The account's client of the acquiring API (onerway.md §2): a POST of flat JSON with merchant number and signature. Bodies are
 * never logged, and the provider's messages are redacted of the account's credentials and the customer's data.
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
      // Exactly this: the provider rejects a request with a charset (trap 1).
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
