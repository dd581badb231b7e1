import { cardSchema } from '@card-gateway/contract';
import type { Pool } from 'pg';
import type { PageRequest } from '../page.ts';
import { type Remembered, remembered } from '../remembered.ts';
import { writerBy } from '../written.ts';
import {
  type CardVersion,
  cardVersion,
  idOfVersion,
  type VersionedCard,
  versionedCard,
  versionedCards,
} from './version-store.ts';
import { cardView } from './view.ts';

const writeCard = writerBy(cardSchema, 'A card');

/** Some 10 MB. */
const mostCards = 10_000;
const mostPages = 1000;
/** Whatever a version fails to tell is shown no longer than this. */
const keptMs = 60_000;

/** A card as it was written, in the version that it had. */
interface WrittenCard extends Pick<VersionedCard, 'tenant' | 'version'> {
  readonly text: string;
}

/**
 * Cards as the JSON that callers see. Of one that was written before, only the version is read: to select, send, check and write
 * its values takes most of the time of a read.
 */
export class WrittenCards {
  readonly #pool: Pool;
  /** By their ids. */
  readonly #kept: Remembered<WrittenCard>;
  readonly #pages: Remembered<true>;

  /** @param services.now monotonic milliseconds: a clock that is set back must not prolong anything */
  constructor({ pool, now }: { readonly pool: Pool; readonly now: () => number }) {
    this.#pool = pool;
    this.#kept = remembered({ ms: keptMs, most: mostCards, now });
    this.#pages = remembered({ ms: keptMs, most: mostPages, now });
  }

  /** A tenant's card as it is now; null for another tenant's and for none. */
  async textOf(tenant: string, id: string): Promise<string | null> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && (await cardVersion(this.#pool, id)) === kept.version) {
      return kept.tenant === tenant ? kept.text : null;
    }
    const card = await versionedCard(this.#pool, id);
    return card?.tenant === tenant ? this.#write(card) : null;
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
    const texts = versions.map((version) => this.#keptText(version));
    const missing = versions.filter((_version, index) => texts[index] === undefined).map(idOfVersion);
    if (missing.length === 0) return texts;
    const read = (await versionedCards(this.#pool, missing)).filter((card) => card.tenant === tenant);
    const written = new Map(read.map((card) => [card.id, this.#write(card)]));
    return versions.map((version, index) => texts[index] ?? written.get(idOfVersion(version)));
  }

  #keptText(version: CardVersion): string | undefined {
    const kept = this.#kept.get(idOfVersion(version));
    return kept?.version === version ? kept.text : undefined;
  }

  #write({ id, tenant, version, shown, isComplete }: VersionedCard): string {
    const text = writeCard(cardView(shown));
    if (isComplete) this.#kept.set(id, { tenant, version, text });
    return text;
  }
}
