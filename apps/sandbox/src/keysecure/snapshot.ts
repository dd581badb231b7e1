import type { Config } from './settings.ts';
import { createKeysecure, type Keysecure } from './state.ts';

export type KeysecureSnapshot = ReturnType<typeof snapshotKeysecure>;

/** In JSON form: maps as lists, cents as text. A merchant's secret, mode and PCI come from the configuration. */
export function snapshotKeysecure({ merchants, packages, bins, issued }: Keysecure) {
  return {
    packages,
    bins,
    issued,
    merchants: [...merchants.values()].map(({ apiKey, tokens, cardholders, cards, transfers, consumptions }) => ({
      apiKey,
      tokens: [...tokens],
      cardholders: Array.from(cardholders.values(), (one) => ({ ...one, cents: String(one.cents) })),
      cards: [...cards.values()],
      transfers: Array.from(transfers.values(), (one) => ({
        ...one,
        amount: String(one.amount),
        before: String(one.before),
        after: String(one.after),
      })),
      consumptions,
    })),
  };
}

const plainConsumption = (amount: string) => ({
  relateNo: '',
  localAmount: amount,
  localCurrency: 'USD',
  fees: [],
  remark: '',
  detail: '',
  merchantInfo: { merchant_name: '', merchant_mcc: '', city: '', country: '' },
});

export function restoreKeysecure(config: Config, saved: KeysecureSnapshot, firstNumber: number): Keysecure {
  const state = createKeysecure(config, firstNumber);
  state.packages = [...saved.packages];
  state.bins = [...saved.bins];
  // The later of the two: numbers issued just before a crash may be missing from the file.
  state.issued = Math.max(state.issued, saved.issued);
  for (const { apiKey, tokens, cardholders, cards, transfers, consumptions } of saved.merchants) {
    const merchant = state.merchants.get(apiKey);
    // The configuration no longer has this Api-Key, so its contents are unreachable.
    if (merchant === undefined) continue;
    merchant.tokens = new Map(tokens);
    merchant.cardholders = new Map(
      cardholders.map((one) => [one.cardholderNo, { ...one, cents: BigInt(one.cents) }] as const),
    );
    merchant.cards = new Map(cards.map((card) => [card.cardNo, card] as const));
    merchant.cardNoByUniqueNo = new Map(cards.map((card) => [card.uniqueNo, card.cardNo] as const));
    merchant.transfers = new Map(
      transfers.map((one) => {
        const [amount, before, after] = [BigInt(one.amount), BigInt(one.before), BigInt(one.after)];
        return [one.uniqueNo, { ...one, amount, before, after }] as const;
      }),
    );
    // An older file has fewer members.
    merchant.consumptions = consumptions.map((one) => ({ ...plainConsumption(one.amount), ...one }));
  }
  return state;
}
