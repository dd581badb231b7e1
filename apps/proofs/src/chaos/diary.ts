import { type CallResult, type Client, GatewayProblem, GatewayUnreachable } from '@card-gateway/client';
import type { OperationId } from '@card-gateway/contract';
import type { Tenant } from './installation.ts';

/** What a caller was told. `final` answers stay the same for ever; of the others, a repeat may tell more. */
export type Answer =
  | {
      readonly kind: 'accepted';
      readonly status: number;
      readonly id: string;
      /** The operation that the answer names as its own. */
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

/** One write that a caller wants done once: its key, and all that it was told of it. */
export interface Intent {
  readonly key: string;
  readonly operation: OperationId;
  readonly answers: Answer[];
  readonly send: (client: Client) => Promise<Answer>;
  /** The code that it carries. */
  readonly code?: Code;
}

/** A PIN, a security code or a code of an SMS. A wrong one cannot work. */
export interface Code {
  readonly text: string;
  /** The request that it stands in, in the form that the gateway makes a hash of without it. */
  readonly request: string;
  readonly isWrong: boolean;
}

/** One look at a secret, and what was shown. */
export interface Reveal {
  readonly tenant: Tenant;
  readonly action: 'card.reveal' | 'binding.reveal';
  /** Public id of the card or binding. */
  readonly resource: string;
  /** By which its row in the audit log is known: no other look has the same. */
  readonly purpose: string;
  readonly answer: Answer;
}

/** Everything that callers wanted and were told: the one side of the comparison. */
export interface Diary {
  readonly intents: Intent[];
  readonly reveals: Reveal[];
  /** Payment tokens of users, by the provider's id of what is bound. */
  readonly tokens: Map<string, string>;
  /** Numbers that callers handed in, which must be nowhere afterwards, with what each is. */
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

/** What came of a call. Only a fault of the caller's own throws. */
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
    // Any other refusal is about this moment, or leaves the key as new.
    const final = code === 'refused-by-provider' && !problem.detail.includes('the Idempotency-Key is not used up');
    return { kind: 'problem', status, code, text: JSON.stringify(problem), final };
  }
}
