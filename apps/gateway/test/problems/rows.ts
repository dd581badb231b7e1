import type { Operation, ProblemCode } from '@card-gateway/contract';
import { expect } from 'vitest';
import { type Request, schemaOf } from '../setup/call.ts';
import { address, person } from '../setup/cards.ts';

/** A request, and the problem that answers it. */
export interface Row {
  /** The fault in the request, which identifies a failing row. */
  readonly what: string;
  /** Sent with an API key, unless it has its own `Authorization`; text is sent on a bare socket. */
  readonly request: Request | string;
  /** The problem's code, from which its status follows; several where either will do. */
  readonly code: ProblemCode | readonly ProblemCode[];
  /** All that the problem names, in this order, or a matcher of it; not looked at where it is missing. */
  readonly errors?: unknown;
  readonly detail?: unknown;
  readonly requestId?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that may be answered with anything but a failure of the gateway. */
export type Survived = Pick<Row, 'what'> & { readonly request: Request };

/** An error at this pointer or below it, among others. */
export const at = (pointer: string): unknown =>
  expect.arrayContaining([expect.objectContaining({ pointer: matching(`^${RegExp.escape(pointer)}(/|$)`) })]);
export const matching = (pattern: string | RegExp): string => expect.stringMatching(pattern) as string;

/** A value for people, short enough for a row's name. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 60)}… of ${text.length}` : text;
};

export function bodyOf({ body }: Operation) {
  if (body === undefined) throw new Error('This operation has no body.');
  return body;
}

/** The example body in which this field can occur: with an address, and with a person instead of a share token. */
export function fullExample(operation: Operation, pointer = ''): Record<string, unknown> {
  const { sumsubShareToken, ...body } = operation.example.body as Record<string, unknown>;
  if (pointer.startsWith('/person')) return { ...body, person };
  if (sumsubShareToken !== undefined) return { ...body, sumsubShareToken };
  const takesAddress = schemaOf(bodyOf(operation)).properties?.['address'] !== undefined;
  return takesAddress ? { ...body, address } : body;
}

/** Pointers to all fields of a body, those of objects in it too. */
export function fieldsOf(operation: Operation): string[] {
  return inside(schemaOf(bodyOf(operation)), '');

  function inside(schema: ReturnType<typeof schemaOf>, pointer: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
      `${pointer}/${name}`,
      ...inside(property, `${pointer}/${name}`),
    ]);
  }
}

export function changed(body: Record<string, unknown>, pointer: string, value: unknown): Record<string, unknown> {
  const [, name = '', ...rest] = pointer.split('/');
  if (rest.length === 0) return { ...body, [name]: value };
  return { ...body, [name]: changed((body[name] ?? {}) as Record<string, unknown>, `/${rest.join('/')}`, value) };
}
