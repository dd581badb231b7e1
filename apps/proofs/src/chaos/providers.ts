import type { ProviderName } from '@card-gateway/sandbox';

/** What a run needs to know about a provider in order to disturb its connections. */
interface Troubled {
  /** Whether the request with this first line is a write, or another call that must not be lost. */
  readonly isWatched: (firstLine: string) => boolean;
  /** Operations whose answers are lost, by their names in the sandbox. */
  readonly operations: readonly string[];
  /** Account settings in addition to those of every test. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Providers with writes, each behind its own watched relay; callers have accounts at these. */
const providers = {
  keysecure: {
    // Its writes and its reveal of a card's number, by their paths (keysecure.md §5).
    isWatched: (line) =>
      /\/(card\/apply|cardholder\/apply|status\/update|card\/active|card\/pin\/set|account\/transfer|private\/info) /.test(
        line,
      ),
    operations: [
      'card/apply',
      'cardholder/apply',
      'card/status/update',
      'card/active',
      'card/pin/set',
      'card/private/info',
      'account/transfer',
      'account/transfer/list',
      'card/list',
      'card/detail',
    ],
    // The sandbox changes a card before it answers.
    settings: { changesTakeMs: 0 },
  },
  // All of its calls have one path (yixin.md §2).
  yixin: { isWatched: (line) => line.startsWith('POST'), operations: ['bindCard', 'verifyCode', 'cardList'] },
  // The path of its delete is that of the settings.
  onerway: { isWatched: (line) => /DeleteToken /.test(line), operations: ['deleteToken', 'queryTokenList'] },
} as const satisfies Partial<Record<ProviderName, Troubled>>;

export type ProviderWire = keyof typeof providers;
export const troubled: Readonly<Record<ProviderWire, Troubled>> = providers;
export const providerWires = Object.keys(providers) as [ProviderWire, ...ProviderWire[]];
