import { randomUUID } from 'node:crypto';
import { type BoundCard, type BoundCardsFacet, done, refused } from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { YixinSettings } from './settings.ts';
import { type BankCard, bankOf, cardListReply } from './wire.ts';

/** A user's bound bank cards: `cardList`, a complete list (yixin.md §4.3, §4.8). */
export function boundCardsFacet(ask: Ask, settings: YixinSettings): BoundCardsFacet {
  return {
    kinds: ['bank_card'],
    givesTokens: false,
    needsUserIp: settings.userIp === undefined,
    async list(question, call) {
      if (question.kind !== 'bank_card') return refused('unsupported');
      return ask(
        {
          operation: 'cardList',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { outerUserNo: question.user },
          data: cardListReply,
          interpret: ({ bankCardList }, evidence) => {
            const { read, unreadable } = bankCardList ?? { read: [], unreadable: 0 };
            return done({ cards: read.map(toBoundCard), unreadable }, evidence);
          },
        },
        call,
      );
    },
  };
}

function toBoundCard(row: BankCard): BoundCard {
  return {
    // In the document's table, but absent from its sample (yixin.md §8, trap 10). It is stored as it is.
    providerRef: row.bindCardId === row.cardNo.pan?.reveal() ? null : (row.bindCardId ?? null),
    kind: 'bank_card',
    ...row.cardNo,
    network: null,
    cardType: cardType(row.cardType ?? null),
    bank: bankOf(row),
    expiry: null,
    binCountry: null,
    token: null,
  };
}

/** yixin.md §5: `1` debit, `2` credit. */
function cardType(word: string | null): BoundCard['cardType'] {
  if (word === null) return null;
  if (word === '1') return 'debit';
  return word === '2' ? 'credit' : 'unrecognized';
}
