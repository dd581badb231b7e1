import { gathered, gatheredById } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { type PackedCard, packedColumns, unpacked } from './packed-card.ts';
import { joined, joinedProduct, type ShownCard } from './store.ts';

/**
 * A version of a card: its id, the transactions that wrote its row and its product's last, which are others after each change, and
 * the start of the server. A server that takes over from one that failed may have lost what that one told, and counts the same
 * transactions again. Equal versions look the same to callers, if the card {@link VersionedCard.isComplete}.
 */
export type CardVersion = string;
/** The {@link CardVersion} of a card `c` that is joined with its product `p`. */
export const versionColumn = `concat_ws(' ', c.id, c.xmin, p.xmin, (SELECT extract(epoch FROM pg_postmaster_start_time())::text))`;
export const idOfVersion = (version: CardVersion): string => version.slice(0, uuidLength);
const uuidLength = 36;

/** The version of a card, whichever tenant has it; null if there is none. */
export const cardVersion = gathered<string, CardVersion>({
  askKey: (id) => id,
  rowKey: idOfVersion,
  send: async (to, ids) => {
    const { rows } = await to.query<{ readonly version: CardVersion }>({
      name: 'card-version',
      text: `SELECT ${versionColumn} AS version FROM cards c ${joinedProduct} WHERE c.id = ANY ((SELECT $1::uuid[])::uuid[])`,
      values: [ids],
    });
    return rows.map((row) => row.version);
  },
});

export interface VersionedCard {
  readonly id: string;
  readonly tenant: string;
  readonly version: CardVersion;
  readonly shown: ShownCard;
  /**
   * Nothing but a new version changes what callers see: its product and its cardholder are known, and their ids never change; and
   * the outcome of its last write is final.
   */
  readonly isComplete: boolean;
}

/** Cards by their ids, in any order, whichever tenants have them. */
export async function versionedCards(to: Pool | PoolClient, ids: readonly string[]): Promise<VersionedCard[]> {
  const { rows } = await to.query<PackedCard & Pick<VersionedCard, 'tenant' | 'version' | 'isComplete'>>({
    name: 'card-versions',
    text: `SELECT ${packedColumns}, c.tenant, ${versionColumn} AS version,
             (c.product_ref IS NULL OR p.id IS NOT NULL) AND (c.cardholder_ref IS NULL OR h.id IS NOT NULL)
               AND (o.id IS NULL OR o.state = ANY ('{succeeded,refused}'::text[])) AS "isComplete"
           ${joined('cards')} WHERE c.id = ANY ((SELECT $1::uuid[])::uuid[])`,
    values: [ids],
  });
  return rows.map((row) => ({
    // Not that of the values: whoever keeps it would keep their whole text.
    id: idOfVersion(row.version),
    tenant: row.tenant,
    version: row.version,
    shown: unpacked(row),
    isComplete: row.isComplete,
  }));
}

/** One card, whichever tenant has it; null if there is none. */
export const versionedCard = gatheredById<VersionedCard>(versionedCards);
