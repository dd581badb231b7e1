import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '@card-gateway/client';
import type { Random, Sandbox } from '@card-gateway/sandbox';
import type { Answer, Code, Diary, Intent } from './diary.ts';
import type { Replica } from './replica.ts';
import type { Store } from './store.ts';

/** A code and its request: no hash of either may exist. */
export function codeOf(
  operation: Intent['operation'],
  id: string,
  body: Readonly<Record<string, string>>,
  text: string,
  isWrong: boolean,
): Code {
  return { text, request: JSON.stringify([operation, { id }, body]), isWrong };
}

export type Form = 'virtual' | 'physical';

/** A card that a caller ordered, as far as it knows. */
export interface OwnCard {
  readonly id: string;
  readonly form: Form;
  frozen: boolean;
}

/** State shared by the callers. */
export interface Stage {
  readonly seed: number;
  readonly replicas: readonly Replica[];
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly diary: Diary;
  readonly products: Readonly<Record<Form, string>>;
  readonly cardholders: readonly [string, ...string[]];
  /** Cards of the other tenant, which these callers must not see. */
  readonly othersCards: readonly [string, ...string[]];
  /** Aborted when no more writes are wanted. */
  readonly signal: AbortSignal;
}

const mostTries = 6;
/** Problems that a repeat with the same key may turn into another answer, besides silence. */
const passing = new Set([
  'request-in-progress',
  'database-unavailable',
  'provider-unavailable',
  'provider-unreachable',
  'account-busy',
  'circuit-open',
  'deadline-exceeded',
  'overloaded',
  'internal-error',
]);

/** One caller's calls: over any listening gateway, repeated, and all recorded. */
export interface Calling {
  /** A unique text. */
  readonly next: () => string;
  /** A listening gateway; null if none is. */
  readonly anyClient: () => Client | null;
  /** Records the intent of a write, with its own key. */
  readonly intend: (operation: Intent['operation'], send: Intent['send'], code?: Code) => Intent;
  readonly once: (intent: Intent, client: Client) => Promise<Answer>;
  /** Calls and repeats, like a caller who wants to know, until an answer is final. */
  readonly insist: (intent: Intent) => Promise<Answer>;
}

export function createCalling(stage: Stage, random: Random, index: number): Calling {
  const { diary } = stage;
  let made = 0;
  const next = (): string => `${index}-${(made += 1)}`;

  function anyClient(): Client | null {
    const up = stage.replicas.map((replica) => replica.client()).filter((client) => client !== null);
    return up[random.below(Math.max(1, up.length))] ?? null;
  }

  function intend(operation: Intent['operation'], send: Intent['send'], code?: Code): Intent {
    const intent: Intent = { key: `key-${next()}`, operation, answers: [], send, ...(code && { code }) };
    diary.intents.push(intent);
    return intent;
  }

  async function once(intent: Intent, client: Client): Promise<Answer> {
    diary.count('calls');
    const answer = await intent.send(client);
    intent.answers.push(answer);
    diary.count(answer.kind === 'silent' ? 'no answer' : answer.kind === 'problem' ? answer.code : `${answer.status}`);
    return answer;
  }

  async function insist(intent: Intent): Promise<Answer> {
    let answer: Answer = { kind: 'silent' };
    for (let tries = 0; tries < mostTries; tries += 1) {
      const client = anyClient();
      if (client !== null) {
        answer = await once(intent, client);
        if (answer.kind === 'accepted' || (answer.kind === 'problem' && !passing.has(answer.code))) break;
        diary.count('repeats');
      }
      await wait(20 + random.below(400));
    }
    return answer;
  }

  return { next, anyClient, intend, once, insist };
}
