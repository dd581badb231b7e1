import { z } from 'zod';
import type { ProviderWorld } from '../provider.ts';

export const settings = z
  .strictObject({
    clientId: z.string().default('sandbox'),
    clientSecret: z.string().default('4b1d7c09e2a84f36b5d0c8e1f7a39260'),
  })
  .prefault({});
export type Config = z.output<typeof settings>;

/** A card, by its fields on the wire (harbour.md §4). */
export interface Card {
  id: string;
  reference: string;
  product: string;
  form: string;
  last4: string;
  state: 'active' | 'frozen' | 'closed';
}

export interface State {
  cards: Card[];
  /** Valid tokens. */
  tokens: string[];
  /** The number of the last card. */
  number: number;
}

export type World = ProviderWorld<Config, State>;

export function createState(_config: Config, firstNumber: number): State {
  return { cards: [], tokens: [], number: firstNumber };
}

export function restoreState(_config: Config, saved: State, firstNumber: number): State {
  return { ...saved, number: Math.max(saved.number, firstNumber) };
}

/** harbour.md §2. */
export const products = [
  { id: 'hp_gift', name: 'Gift card', network: 'VISA', currency: 'USD', forms: ['virtual'], open: true },
  { id: 'hp_staff', name: 'Staff card', network: 'VISA', currency: 'USD', forms: ['virtual', 'plastic'], open: true },
  { id: 'hp_old', name: 'Old card', network: 'VISA', currency: 'USD', forms: ['virtual'], open: false },
];
