import {
  type AdapterHost,
  type AskOf,
  pathWith,
  type Problem,
  type ProviderRequest,
  readAnswer,
  refusedFor,
  type ToEvidence,
} from '@card-gateway/adapter-kit';
import { type Outcome, refused, unknown } from '@card-gateway/core';
import { reasonOf } from './refusals.ts';
import type { AcmePaySettings } from './settings.ts';
import { failureBody } from './wire.ts';

/** A request's path and content. */
export interface AcmePayRequest {
  readonly operation: string;
  readonly method: ProviderRequest['method'];
  /** Below the base URL; `{id}` is replaced by {@link id}. */
  readonly path: string;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<AcmePayRequest>;

/** The account's connection to Acme Pay: JSON both ways, under its API key (acme-pay.md §1). */
export function openClient(settings: AcmePaySettings, host: AdapterHost): Ask {
  return async (request, call) => {
    const path = pathWith(request.path, request.id);
    if (path === null) return refused('not_found');
    const hide = [settings.apiKey.reveal(), ...(request.hide ?? [])];
    const outgoing = {
      operation: request.operation,
      method: request.method,
      url: `${settings.baseUrl}/${path}`,
      headers: {
        ...request.headers,
        authorization: `Bearer ${settings.apiKey.reveal()}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
    };
    const exchange = await host.send(outgoing, call);
    return readAnswer(exchange, {
      reply: request.data,
      interpret: (data, toEvidence, head) => {
        const evidenceOf = (code: string | null, message: string | null = null) => toEvidence(code, message, hide);
        return request.interpret(data, evidenceOf(null), { ...head, evidenceOf });
      },
      problem: (problem, toEvidence) => refusalOf(problem, toEvidence, hide),
    });
  };
}

function refusalOf({ status, read }: Problem, toEvidence: ToEvidence, hide: readonly string[]): Outcome<never> {
  const error = read(failureBody);
  if (error === null) return unknown('unreadable_answer', toEvidence(null));
  return refusedFor(reasonOf(status, error.code), toEvidence(error.code, error.message, hide));
}
