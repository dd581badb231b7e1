import type { ClockChange, ClockReading } from './clock.ts';
import { faultSchema, type Fault, type ProviderName, type ScriptedFault } from './faults.ts';
import type { LedgerEntry, RequestCount, RequestEntry, Sms } from './journal.ts';
import type { KeysecureBin, KeysecurePackage } from './keysecure/catalogue.ts';
import { signedCallback, type KeysecureCallback, type Signed } from './keysecure/callback.ts';
import {
  settleCard,
  settleCardholder,
  type CardholderStatus,
  type CardStatus,
  type KeysecureCard,
  type KeysecureCardholder,
} from './keysecure/state.ts';
import { signedNotification } from './onerway/sign.ts';
import { seedTokens, type SeedOnerwayTokens, type StoredToken } from './onerway/tokens.ts';
import { seedCards, type OpenApiBin, type OpenApiCard, type SeedOpenApiCards } from './open-api/state.ts';
import type { World } from './world.ts';
import { bind, type SeedYixinCards, type YixinCard } from './yixin/state.ts';

export interface EntryFilter {
  provider?: ProviderName | undefined;
  operation?: string | undefined;
  reference?: string | undefined;
}

export interface KeysecureCardChange {
  status: CardStatus;
}

export interface KeysecureCardholderChange {
  status: CardholderStatus;
  failReason?: string | undefined;
}

export interface SeedConsumptions {
  cardNo: string;
  consumptions: { type: string; amount: string; status?: string | undefined; time?: number | undefined }[];
}

/** What a test, or a person at /admin, may see and change. Lists are copies. */
export interface Admin {
  sms(filter?: { phone?: string | undefined; user?: string | undefined }): Sms[];
  ledger(filter?: EntryFilter & { effect?: string | undefined; subject?: string | undefined }): LedgerEntry[];
  requests(filter?: EntryFilter): { counts: RequestCount[]; requests: RequestEntry[] };
  /** How often an operation was asked for. */
  requestCount(provider: ProviderName, operation: string): number;
  /** Resolves as soon as `check` holds; asked now and after each request, effect and SMS. In-process only. */
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
    /** By `card_id`; amounts are literals, e.g. `'100.00'`. */
    updateCard(cardId: string, change: Partial<OpenApiCard>): OpenApiCard;
  };
  keysecure: {
    cards(): KeysecureCard[];
    cardholders(): KeysecureCardholder[];
    seedPackages(packages: KeysecurePackage[]): void;
    seedBins(bins: KeysecureBin[]): void;
    seedConsumptions(seed: SeedConsumptions): void;
    /** By `card_no` or `card_unique_no`. */
    updateCard(no: string, change: KeysecureCardChange): KeysecureCard;
    /** By `cardholder_no` or `cardholder_unique_no`. */
    updateCardholder(no: string, change: KeysecureCardholderChange): KeysecureCardholder;
    /** A callback as KeySecure would sign it; it is handed back, not sent. */
    callback(callback: KeysecureCallback): Signed;
  };
  onerway: {
    tokens(): StoredToken[];
    seedTokens(seed: SeedOnerwayTokens): void;
    /** A webhook body as Onerway would sign it; it is handed back, not sent. */
    notification(fields: Record<string, unknown>): Signed;
  };
  yixin: { cards(): YixinCard[]; seedCards(seed: SeedYixinCards): void };
  /** Back to the first moment: state, journal, faults and clock. */
  reset(): void;
}

export function createAdmin(world: World): Admin {
  const { clock, journal } = world;
  const matches = (filter: object) => {
    const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
    return (entry: object) => wanted.every(([name, value]) => (entry as Record<string, unknown>)[name] === value);
  };
  const listed = <T extends object>(entries: readonly T[], filter: object = {}) =>
    entries.filter(matches(filter)).map(copyOf);
  const merchants = () => [...world.keysecure.merchants.values()];
  const liveCards = () =>
    merchants().flatMap(({ cards }) => [...cards.values()].map((card) => settleCard(card, clock.now())));
  const liveCardholders = () =>
    merchants().flatMap(({ cardholders }) =>
      [...cardholders.values()].map((holder) => settleCardholder(holder, world.config, clock.now())),
    );

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
    changeClock: (change) => clock.change(change),
    addFault: (fault) => world.faults.add(faultSchema.parse(fault)),
    faults: () => world.faults.list(),
    clearFaults: () => world.faults.clear(),
    expireTokens() {
      for (const { tokens } of merchants()) tokens.clear();
    },
    openApi: {
      bins: () => listed(world.openApi.bins),
      cards: () => listed(world.openApi.cards),
      seedBins: (bins) => void world.openApi.bins.push(...bins),
      seedCards: (seed) => seedCards(world.openApi, world.config, seed),
      updateCard: (cardId, change) => {
        const card = world.openApi.cards.find((one) => one.card_id === cardId);
        return { ...Object.assign(found(card, cardId), change) };
      },
    },
    keysecure: {
      cards: () => listed(liveCards()),
      cardholders: () => listed(liveCardholders()),
      seedPackages: (packages) => void world.keysecure.packages.push(...packages),
      seedBins: (bins) => void world.keysecure.bins.push(...bins),
      seedConsumptions({ cardNo, consumptions }) {
        const card = found(
          liveCards().find((one) => one.cardNo === cardNo || one.uniqueNo === cardNo),
          cardNo,
        );
        const owner = merchants().find(({ cards }) => cards.has(card.cardNo));
        for (const { type, amount, status = 'Success', time = clock.now() } of consumptions) {
          const consumeNo = `X${card.cardNo.slice(1)}${String((owner?.consumptions.length ?? 0) + 1).padStart(4, '0')}`;
          owner?.consumptions.push({
            consumeNo,
            cardNo: card.cardNo,
            cardholderNo: card.cardholderNo,
            type,
            amount,
            status,
            time,
          });
        }
      },
      updateCard: (no, change) => {
        const card = liveCards().find((one) => one.cardNo === no || one.uniqueNo === no);
        // A card set back to Pending stays there: somebody wants to look at it.
        const stays = change.status === 'Pending' ? { readyAt: null } : {};
        return { ...Object.assign(found(card, no), change, stays) };
      },
      updateCardholder: (no, change) => {
        const holder = liveCardholders().find((one) => one.cardholderNo === no || one.uniqueNo === no);
        const stays = change.status === 'Pending' || change.status === 'In_progress' ? { reviewFrom: null } : {};
        return { ...Object.assign(found(holder, no), change, stays) };
      },
      callback(callback) {
        const merchant =
          callback.apiKey === undefined ? merchants()[0] : world.keysecure.merchants.get(callback.apiKey);
        return signedCallback(found(merchant, callback.apiKey ?? 'merchant'), callback, clock.wall());
      },
    },
    onerway: {
      tokens: () => world.onerway.tokens.map((stored) => ({ ...stored, token: { ...stored.token } })),
      seedTokens: (seed) => seedTokens(world.onerway, world.config, seed),
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

const copyOf = <T extends object>(value: T): T => ({ ...value });

export class NotFound extends Error {}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new NotFound(`There is no ${name} in the sandbox.`);
  return value;
}
