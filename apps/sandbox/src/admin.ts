import { found, listed } from './admin-lists.ts';
import { callbacksAdmin, type CallbacksAdmin } from './callbacks/admin.ts';
import type { Signed } from './callbacks/callbacks.ts';
import type { ClockChange, ClockReading } from './clock.ts';
import { faultSchema, type Fault, type ProviderName, type ScriptedFault } from './faults.ts';
import type { LedgerEntry, RequestCount, RequestEntry, Sms } from './journal.ts';
import { keysecureAdmin, type KeysecureAdmin } from './keysecure/admin.ts';
import { watchCards } from './keysecure/events.ts';
import { tell, tellToken } from './onerway/notifications.ts';
import { signedNotification } from './onerway/sign.ts';
import { seedTokens, type SeedOnerwayTokens, type StoredToken } from './onerway/tokens.ts';
import { changeCard } from './open-api/events.ts';
import { seedCards, type OpenApiBin, type OpenApiCard, type SeedOpenApiCards } from './open-api/state.ts';
import type { OpenApiTransaction } from './open-api/transactions.ts';
import type { World } from './world.ts';
import { bind, type SeedYixinCards, type YixinCard } from './yixin/state.ts';

export interface EntryFilter {
  provider?: ProviderName | undefined;
  operation?: string | undefined;
  reference?: string | undefined;
}

/** What a test, or a person at /admin, may see and change. Lists are copies. */
export interface Admin {
  sms(filter?: { phone?: string | undefined; user?: string | undefined }): Sms[];
  ledger(filter?: EntryFilter & { effect?: string | undefined; subject?: string | undefined }): LedgerEntry[];
  requests(filter?: EntryFilter): { counts: RequestCount[]; requests: RequestEntry[] };
  /** How often an operation was asked for. */
  requestCount(provider: ProviderName, operation: string): number;
  /** Resolves as soon as `check` holds; asked now and after each request, effect, SMS and callback. In-process only. */
  until(check: () => boolean): Promise<void>;
  clock(): ClockReading;
  changeClock(change: ClockChange): ClockReading;
  addFault(fault: Fault): void;
  faults(): ScriptedFault[];
  clearFaults(): void;
  /** Every KeySecure Access-Token handed out so far answers 1007 from now on. */
  expireTokens(): void;
  openApi: {
    bins(): OpenApiBin[];
    cards(): OpenApiCard[];
    seedBins(bins: OpenApiBin[]): void;
    seedCards(seed: SeedOpenApiCards): void;
    seedTransactions(transactions: OpenApiTransaction[]): void;
    /** By `card_id`; amounts are literals, e.g. `'100.00'`. The customer is told of another status. */
    updateCard(cardId: string, change: Partial<OpenApiCard>): OpenApiCard;
  };
  /** What the providers send on their own. */
  callbacks: CallbacksAdmin;
  keysecure: KeysecureAdmin;
  onerway: {
    tokens(): StoredToken[];
    /** The merchant is told of each, as of an order that bound the card. */
    seedTokens(seed: SeedOnerwayTokens): void;
    /** Sends a `TXN` notification; what `fields` leave out is made up, and all of it signed. */
    notify(fields: Record<string, unknown>): void;
    /** A webhook body as Onerway would sign it; it is handed back, not sent. */
    notification(fields: Record<string, unknown>): Signed;
  };
  yixin: { cards(): YixinCard[]; seedCards(seed: SeedYixinCards): void };
  /** Back to the first moment: state, journal, faults and clock. Callbacks under way are dropped, targets stay. */
  reset(): void;
}

export function createAdmin(world: World): Admin {
  const { clock, journal } = world;
  return {
    sms: (filter) => listed(journal.sms, filter),
    ledger: (filter) => listed(journal.ledger, filter),
    requests: ({ reference, ...filter } = {}) => ({
      counts: listed(journal.counts(), filter),
      requests: listed(journal.requests, { ...filter, reference }),
    }),
    requestCount: (provider, operation) =>
      journal.counts().find((one) => one.provider === provider && one.operation === operation)?.count ?? 0,
    until: (check) => journal.until(check),
    clock: () => clock.read(),
    changeClock(change) {
      const reading = clock.change(change);
      watchCards(world);
      return reading;
    },
    addFault: (fault) => world.faults.add(faultSchema.parse(fault)),
    faults: () => world.faults.list(),
    clearFaults: () => world.faults.clear(),
    expireTokens() {
      for (const { tokens } of world.keysecure.merchants.values()) tokens.clear();
    },
    openApi: {
      bins: () => listed(world.openApi.bins),
      cards: () => listed(world.openApi.cards),
      seedBins: (bins) => void world.openApi.bins.push(...bins),
      seedCards: (seed) => seedCards(world.openApi, world.config, seed),
      seedTransactions: (transactions) => void world.openApi.transactions.push(...transactions),
      updateCard: (cardId, change) => {
        const card = found(
          world.openApi.cards.find((one) => one.card_id === cardId),
          cardId,
        );
        changeCard(world, card, change);
        return { ...card };
      },
    },
    callbacks: callbacksAdmin(world),
    keysecure: keysecureAdmin(world),
    onerway: {
      tokens: () => world.onerway.tokens.map((stored) => ({ ...stored, token: { ...stored.token } })),
      seedTokens(seed) {
        for (const stored of seedTokens(world.onerway, world.config, seed)) tellToken(world, stored);
      },
      notify: (fields) => tell(world, fields),
      notification: (fields) => ({
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(signedNotification(fields, world.config.onerway.secretKey)),
      }),
    },
    yixin: {
      cards: () => listed(world.yixin.cards),
      seedCards({ user, cards }) {
        for (const card of cards) bind(world.yixin, { user, ...card });
      },
    },
    reset: () => world.reset(),
  };
}
