import { type CallResult, type Client, GatewayProblem, GatewayUnreachable } from '@card-gateway/client';
import type { OperationId } from '@card-gateway/contract';
import type { Tenant } from './installation.ts';

/** What a caller was told. `final` answers never change; others may be followed by a better one. */
export type Answer =
  | {
      readonly kind: 'accepted';
      readonly status: number;
      readonly id: string;
      /** The operation named in the answer. */
      readonly operationId: string | null;
      readonly providerRef: string | null;
      readonly text: string;
      readonly final: boolean;
    }
  | {
      readonly kind: 'problem';
      readonly status: number;
      readonly code: string;
      readonly text: string;
      readonly final: boolean;
    }
  | { readonly kind: 'silent' };

/** One write that a caller wants done once: its key, and every answer. */
export interface Intent {
  readonly key: string;
  readonly operation: OperationId;
  readonly answers: Answer[];
  readonly send: (client: Client) => Promise<Answer>;
  readonly code?: Code;
}

/** A PIN, a security code or an SMS code. A wrong one must not succeed. */
export interface Code {
  readonly text: string;
  /** The request that contains it, in the form that the gateway hashes without it. */
  readonly request: string;
  readonly isWrong: boolean;
}

/** One reveal, and what was shown. */
export interface Reveal {
  readonly tenant: Tenant;
  readonly action: 'card.reveal' | 'binding.reveal';
  /** Public id of the card or binding. */
  readonly resource: string;
  /** Unique purpose, by which its audit row is identified. */
  readonly purpose: string;
  readonly answer: Answer;
}

/** Everything that callers wanted and were told: one side of the comparison. */
export interface Diary {
  readonly intents: Intent[];
  readonly reveals: Reveal[];
  /** Users' payment tokens, by the provider's id of the binding. */
  readonly tokens: Map<string, string>;
  /** Numbers that callers submitted, and their kinds; none may be found afterwards. */
  readonly secrets: Map<string, string>;
  readonly counts: Map<string, number>;
  count(name: string, by?: number): void;
}

export function openDiary(): Diary {
  const counts = new Map<string, number>();
  return {
    intents: [],
    reveals: [],
    tokens: new Map(),
    secrets: new Map(),
    counts,
    count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
  };
}

/** The answer to a call. Throws only for the caller's own faults. */
export async function tell(call: Promise<CallResult<OperationId>>): Promise<Answer> {
  try {
    const { status, data } = await call;
    const { id, providerRef, operation } = data as {
      id: string;
      providerRef?: string | null;
      operation?: { id: string };
    };
    const final = status !== 202;
    const names = { operationId: operation?.id ?? null, providerRef: providerRef ?? null };
    return { kind: 'accepted', status, id, ...names, text: JSON.stringify(data), final };
  } catch (error) {
    if (error instanceof GatewayUnreachable) return { kind: 'silent' };
    if (!(error instanceof GatewayProblem)) throw error;
    const { status, code, problem } = error;
    // Any other refusal is transient, or does not use up the key.
    const final = code === 'refused-by-provider' && !problem.detail.includes('the Idempotency-Key is not used up');
    return { kind: 'problem', status, code, text: JSON.stringify(problem), final };
  }
}
