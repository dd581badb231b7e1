import { readEnvelope, type Send } from '@card-gateway/adapter-kit';
import { type Evidence, type Outcome, type ProviderCall, refused, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { reasonOf } from './refusals.ts';
import type { OnerwaySettings } from './settings.ts';
import { sign } from './signature.ts';
import { envelope } from './wire.ts';

/** One operation: where it goes, what it sends beside the merchant number, and how the inside of `data` is read. */
export interface Question<Data extends z.ZodType, T> {
  readonly operation: string;
  /** Whether it may leave something behind at the provider. */
  readonly effect: 'read' | 'write';
  readonly path: string;
  /** The signed parameters of the operation; every value is text (onerway.md §2). */
  readonly parameters: Readonly<Record<string, string>>;
  /** The customer's data among them, which the provider may echo in its text. */
  readonly hide: readonly string[];
  readonly data: Data;
  /** For an answer that may be longer than others. */
  readonly maxResponseBytes?: number;
  readonly interpret: (data: z.output<Data>, evidence: Evidence) => Outcome<T>;
}

/** Signs and sends one request and reads its answer. */
export type Ask = <Data extends z.ZodType, T>(question: Question<Data, T>, call: ProviderCall) => Promise<Outcome<T>>;

/**
 * The account's way to the acquiring API (onerway.md §2): a POST of flat JSON that carries merchant number and signature.
 * Nothing of a body is ever logged, and what the provider says is redacted of the
 * account's credentials and the customer's data.
 */
export function openClient(settings: OnerwaySettings, send: Send): Ask {
  return async (question, call) => {
    const parameters = { merchantNo: settings.merchantNo, ...question.parameters };
    const secretKey = settings.secretKey.reveal();
    const signature = sign(parameters, secretKey);
    const hide = [signature, secretKey, settings.merchantNo, ...question.hide];
    const request = {
      operation: question.operation,
      method: 'POST',
      url: settings.baseUrl + question.path,
      // Exactly this: with a charset behind it the provider rejects the request (trap 1).
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...parameters, sign: signature }),
      ...(question.maxResponseBytes !== undefined && { maxResponseBytes: question.maxResponseBytes }),
    } as const;
    const exchange = await send(request, call);
    return readEnvelope(exchange, {
      reply: envelope,
      success: '20000',
      refusal: (code, said) => {
        const reason = reasonOf(code, question.effect);
        return reason === null ? unknown('unlisted_code', said) : refused(reason, said);
      },
      hide,
      data: question.data,
      interpret: question.interpret,
    });
  };
}
