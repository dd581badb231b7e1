import { type AdapterHost, type AskOf, pathWith, readAnswer, refusedFor } from '@card-gateway/adapter-kit';
import { refused } from '@card-gateway/core';
import { reasonOf } from './refusals.ts';
import type { AcmePaySettings } from './settings.ts';
import { problem } from './wire.ts';

/** Where a request goes, and what it carries. */
export interface AcmePayRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Behind the base URL; `{id}` in it stands for {@link id}. */
  readonly path: string;
  readonly id?: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<AcmePayRequest>;

/** The account's way to the provider: JSON, with the API key as a bearer token (acme-pay.md §1). */
export function openClient(settings: AcmePaySettings, { send }: AdapterHost): Ask {
  return async ({ operation, method, id, body, data, interpret, ...request }, call) => {
    const path = pathWith(request.path, id);
    if (path === null) return refused('not_found');
    const secret = settings.apiKey.reveal();
    const hide = [secret, ...(request.hide ?? [])];
    const exchange = await send(
      {
        operation,
        method,
        url: settings.baseUrl + path,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      },
      call,
    );
    return readAnswer(exchange, {
      reply: data,
      interpret: (value, evidence, head) =>
        interpret(value, evidence(null), { ...head, evidenceOf: (code, message) => evidence(code, message, hide) }),
      problem: ({ status, read }, evidence) => {
        const error = read(problem);
        if (error === null) return null;
        return refusedFor(reasonOf(status, error.code), evidence(error.code, error.message, hide));
      },
    });
  };
}
