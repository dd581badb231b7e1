import { problems } from '@card-gateway/contract';
import { expect } from 'vitest';
import { type Answer, call, callRaw, problemOf, type Request } from '../setup/call.ts';
import type { Row } from './rows.ts';

/** Never those of the library that checks. */
export const ourWords = /^(?!.*(?:, received|Invalid|Too )).*(?:expected |there is no such field)/;

const atOnce = 8;

/** Sends every row, and reports each unexpected answer. */
export async function faultsOf<Each extends { readonly what: string; readonly request: Request | string }>(
  { url, key }: { readonly url: string; readonly key: string },
  rows: readonly Each[],
  check: (row: Each, answer: Answer) => void,
): Promise<readonly string[]> {
  if (rows.length === 0) throw new Error('There is no row.');
  const faults: string[] = [];
  const line = rows.values();
  const run = async (): Promise<void> => {
    for (const row of line) {
      try {
        check(row, await send(row.request));
      } catch (error) {
        faults.push(`${row.what}: ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return faults;

  function send(request: Request | string): Promise<Answer> {
    if (typeof request === 'string') return callRaw(url, request);
    return call(url, request.headers?.['authorization'] === undefined ? { ...request, key } : request);
  }
}

/** That an answer is the row's problem, told in our words. */
export function checkProblem({ code, errors, detail, requestId, headers }: Row, answer: Answer): void {
  const codes = [code].flat();
  const problem = problemOf(answer, problems[codes[0] as keyof typeof problems].status);
  expect(codes).toContain(problem.code);
  for (const error of problem.errors ?? []) expect(error.detail).toMatch(ourWords);
  if (errors !== undefined) expect(problem.errors).toEqual(errors);
  if (detail !== undefined) expect(problem.detail).toEqual(detail);
  if (requestId !== undefined) expect(problem.requestId).toEqual(requestId);
  if (headers !== undefined) expect(answer.headers).toMatchObject(headers);
}
