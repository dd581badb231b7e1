import { cardSchema } from '@card-gateway/contract';
import type { Pool } from 'pg';
import type { PageRequest } from '../page.ts';
import { type Remembered, remembered } from '../remembered.ts';
import { writerBy } from '../written.ts';
import { type CardVersion, idOfVersion, type VersionedCard, versionedCards } from './list-store.ts';
import type { ShownCard } from './store.ts';
import { cardView } from './view.ts';

const writeView = writerBy(cardSchema, 'A card');
/** A card as the JSON that callers see. */
export const writeCard = (shown: ShownCard): string => writeView(cardView(shown));

/** Some 7 MB. */
const mostCards = 10_000;
const mostPages = 1000;
/** Whatever a version fails to tell is shown no longer than this. */
const keptMs = 60_000;

/**
 * Cards as the JSON that callers see, of pages that are read over and over. Of a card that was written before, only the version is
 * read: to select, send, check and write its values takes most of the time of a page.
 */
export class WrittenCards {
  readonly #pool: Pool;
  readonly #texts: Remembered<string>;
  readonly #pages: Remembered<true>;

  /** @param services.now monotonic milliseconds: a clock that is set back must not prolong anything */
  constructor({ pool, now }: { readonly pool: Pool; readonly now: () => number }) {
    this.#pool = pool;
    this.#texts = remembered({ ms: keptMs, most: mostCards, now });
    this.#pages = remembered({ ms: keptMs, most: mostPages, now });
  }

  /** Whether this page was asked for in the last minute. A page that is read once is better read without versions. */
  isAskedAgain(tenant: string, { list, after }: PageRequest): boolean {
    const page = `${tenant} ${list} ${after}`;
    const isKnown = this.#pages.get(page) === true;
    this.#pages.set(page, true);
    return isKnown;
  }

  /** A tenant's cards in these versions, or in newer ones; undefined for one that has gone meanwhile. */
  async textsOf(tenant: string, versions: readonly CardVersion[]): Promise<(string | undefined)[]> {
    const texts = versions.map((version) => this.#texts.get(version));
    const missing = versions.filter((_version, index) => texts[index] === undefined).map(idOfVersion);
    if (missing.length === 0) return texts;
    const read = await versionedCards(this.#pool, tenant, missing);
    const written = new Map(read.map((card) => [card.shown.id, this.#write(card)]));
    return versions.map((version, index) => texts[index] ?? written.get(idOfVersion(version)));
  }

  #write({ version, shown, isComplete }: VersionedCard): string {
    const text = writeCard(shown);
    if (isComplete) this.#texts.set(version, text);
    return text;
  }
}
