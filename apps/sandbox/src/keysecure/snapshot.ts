import type { Config } from './settings.ts';
import { createKeysecure, type Keysecure } from './state.ts';

export type KeysecureSnapshot = ReturnType<typeof snapshotKeysecure>;

/** As JSON can hold it: maps as lists, cents as text. Secret, mode and PCI of a merchant are the configuration's. */
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
  // The later of the two: what was handed out just before a crash may be missing from the file.
  state.issued = Math.max(state.issued, saved.issued);
  for (const { apiKey, tokens, cardholders, cards, transfers, consumptions } of saved.merchants) {
    const merchant = state.merchants.get(apiKey);
    // The configuration no longer has this Api-Key, so nobody can ask for what it holds.
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
    // A file of before has fewer members in them.
    merchant.consumptions = consumptions.map((one) => ({ ...plainConsumption(one.amount), ...one }));
  }
  return state;
}
