import { randomUUID } from 'node:crypto';
import { type BoundCard, type BoundCardsFacet, done, refused } from '@card-gateway/core';
import type { YixinClient } from './client.ts';
import { type BankCard, bankOf, cardListReply } from './wire.ts';

/** The bank cards that a user has bound: `cardList`, which gives them whole (yixin.md §4.3, §4.8). */
export function boundCardsFacet(client: YixinClient): BoundCardsFacet {
  return {
    kinds: ['bank_card'],
    givesTokens: false,
    needsUserIp: client.needsUserIp,
    async list(question, call) {
      if (question.kind !== 'bank_card') return refused('unsupported');
      return client.call(
        {
          method: 'cardList',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { outerUserNo: question.user },
          reply: cardListReply,
          interpret: ({ bankCardList }, evidence) => {
            const { read, unreadable } = bankCardList ?? { read: [], unreadable: 0 };
            return done({ cards: read.map(toBoundCard), unreadable }, evidence('0'));
          },
        },
        call,
      );
    },
  };
}

function toBoundCard(row: BankCard): BoundCard {
  return {
    // In the document's table, absent from its sample (yixin.md §8, trap 10).
    providerRef: row.bindCardId ?? null,
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
