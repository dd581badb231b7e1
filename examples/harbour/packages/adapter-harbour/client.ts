import {
  type AdapterHost,
  type AskOf,
  clientCredentials,
  pathWith,
  readAnswer,
  refusedFor,
  refusedWith,
} from '@card-gateway/adapter-kit';
import { refused } from '@card-gateway/core';
import { reasonOf } from './refusals.ts';
import type { HarbourSettings } from './settings.ts';
import { problem } from './wire.ts';

/** Where a request goes, and what it carries. */
export interface HarbourRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Behind the base URL; `{id}` in it stands for {@link id}. */
  readonly path: string;
  readonly id?: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** Sends one request and reads its answer. */
export type Ask = AskOf<HarbourRequest>;

/** The account's way to the provider: JSON, with a bearer token that is replaced once where it is refused (harbour.md §1). */
export function openClient(settings: HarbourSettings, host: AdapterHost): Ask {
  const tokens = clientCredentials({ ...settings, tokenUrl: `${settings.baseUrl}/oauth/token` }, host);
  return async ({ operation, method, id, body, data, interpret, ...request }, call) => {
    const path = pathWith(request.path, id);
    if (path === null) return refused('not_found');
    return await tokens.use(
      call,
      async (token) => {
        const secret = token.secret.reveal();
        const hide = [secret, ...(request.hide ?? [])];
        const exchange = await host.send(
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
            const error = read(problem)?.error;
            if (error === undefined) return null;
            return refusedFor(reasonOf(status, error.code), evidence(error.code, error.detail, hide));
          },
        });
      },
      (outcome) => refusedWith(outcome, 'invalid_token'),
    );
  };
}
