import { readEnvelope, type Send } from '@card-gateway/adapter-kit';
import { type Evidence, type Outcome, type ProviderCall, unknown } from '@card-gateway/core';
import type { z } from 'zod';
import { refusedByStatus } from './refusals.ts';
import type { OpenApiSettings } from './settings.ts';
import { envelope } from './wire.ts';

/** One operation: where it goes, what it sends beside the credentials, and how the inside of `data` is read. */
export interface Question<Data extends z.ZodType, T> {
  readonly operation: string;
  /** Path behind the version segment. */
  readonly path: string;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly data: Data;
  readonly interpret: (data: z.output<Data>, evidence: Evidence) => Outcome<T>;
}

/** Sends one request and reads its answer. */
export type Ask = <Data extends z.ZodType, T>(question: Question<Data, T>, call: ProviderCall) => Promise<Outcome<T>>;

/**
 * The account's way to the provider: a POST whose body carries the credentials as ordinary fields (open-api-issuer.md §1).
 * Nothing of a body is ever logged, and what the provider says is redacted of all that was sent (trap 1).
 */
export function openClient(settings: OpenApiSettings, send: Send): Ask {
  return async (question, call) => {
    const body = {
      customer_id: Number(settings.customerId),
      app_id: Number(settings.appId),
      key: settings.key.reveal(),
      ...question.fields,
    };
    const request = {
      operation: question.operation,
      method: 'POST',
      url: `${settings.baseUrl}/${settings.version}/openApi/${question.path}`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    } as const;
    const exchange = await send(request, call);
    return readEnvelope(exchange, {
      reply: envelope,
      problem: ({ status }) => refusedByStatus(status),
      success: '0',
      refusal: (_code, said) => unknown('unlisted_code', said),
      hide: toHide(body),
      data: question.data,
      interpret: question.interpret,
    });
  };
}

function toHide(body: Readonly<Record<string, string | number>>): readonly string[] {
  const { page_no: _page, page_size: _size, ...sensitive } = body;
  return Object.values(sensitive).map(String);
}
