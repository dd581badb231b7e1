import type { ProviderWorld } from '../provider.ts';
import type { Config } from './settings.ts';

/** A card that a user has bound. With `bindCardId` null the row is sent without it, as in the sample (yixin.md §4.3). */
export interface YixinCard {
  user: string;
  cardNo: string;
  phone: string;
  bindCardId: string | null;
}

/** An SMS that was sent and awaits its code. */
export interface Challenge {
  bizId: string;
  user: string;
  cardNo: string;
  phone: string;
  code: string;
  expiresAt: number;
}

export interface Yixin {
  cards: YixinCard[];
  challenges: Map<string, Challenge>;
  /** requestNo → request and answer: a repeated request gets the same result (yixin.md §1). */
  answered: Map<string, { asked: string; answer: Reply }>;
  numbers: number;
}

/** Either the business answer for `params`, or an envelope code without `params`. */
export type Reply = { params: Record<string, unknown> } | { code: string; msg: string };

export interface SeedYixinCards {
  user: string;
  cards: { cardNo: string; phone: string; bindCardId?: string | null | undefined }[];
}

export type World = ProviderWorld<Config, Yixin>;

export function createYixin(_config: Config, firstNumber: number): Yixin {
  return { cards: [], challenges: new Map(), answered: new Map(), numbers: firstNumber };
}

export function bind(
  state: Yixin,
  card: Omit<YixinCard, 'bindCardId'> & { bindCardId?: string | null | undefined },
): void {
  const { bindCardId = nextNumber(state, '77'), ...rest } = card;
  state.cards.push({ ...rest, bindCardId });
}

/** 18 digits, like `bizId` in the samples. */
export function nextNumber(state: Yixin, prefix: string): string {
  state.numbers += 1;
  return prefix + String(state.numbers).padStart(18 - prefix.length, '0');
}

export function isBound(state: Yixin, user: string, cardNo: string): boolean {
  return state.cards.some((card) => card.user === user && card.cardNo === cardNo);
}

/** Repeats come soon after the first request, and each read is an entry too: the file keeps only the latest. */
const keptAnswers = 1000;

export type YixinSnapshot = ReturnType<typeof snapshotYixin>;

export function snapshotYixin({ cards, challenges, answered, numbers }: Yixin) {
  return { cards, challenges: [...challenges.values()], answered: [...answered].slice(-keptAnswers), numbers };
}

export function restoreYixin(_config: Config, saved: YixinSnapshot, firstNumber: number): Yixin {
  const { cards, challenges, answered, numbers } = saved;
  return {
    cards: [...cards],
    challenges: new Map(challenges.map((challenge) => [challenge.bizId, challenge] as const)),
    answered: new Map(answered),
    numbers: Math.max(numbers, firstNumber),
  };
}
