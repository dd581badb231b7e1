import { z } from 'zod';
import type { ProviderWorld } from '../provider.ts';

export const settings = z.strictObject({ apiKey: z.string().default('4b1d7c09e2a84f36b5d0c8e1f7a39260') }).prefault({});
export type Config = z.output<typeof settings>;

/** A card, by its fields on the wire (acme-pay.md §3). */
export interface Card {
  id: string;
}

export interface State {
  cards: Card[];
  /** The number of the last card. */
  number: number;
}

export type World = ProviderWorld<Config, State>;

export function createState(_config: Config, firstNumber: number): State {
  return { cards: [], number: firstNumber };
}

export function restoreState(_config: Config, saved: State, firstNumber: number): State {
  return { ...saved, number: Math.max(saved.number, firstNumber) };
}
