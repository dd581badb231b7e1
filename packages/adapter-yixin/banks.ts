import { randomUUID } from 'node:crypto';
import { type BanksFacet, done } from '@card-gateway/core';
import type { YixinClient } from './client.ts';
import type { YixinSettings } from './settings.ts';
import { bankListReply, bankOf, cardBankReply } from './wire.ts';

/** The banks that a user can bind a card of, and the issuer of a card: `bankList`, `cardBank` (yixin.md §4.4, §4.5). */
export function banksFacet(client: YixinClient, limitUnit: YixinSettings['limitUnit']): BanksFacet {
  // Documented as yuan, while the sample's values look like fen (yixin.md §8, trap 11).
  const unit = limitUnit === 'unconfirmed' ? null : limitUnit;
  return {
    needsUserIp: client.needsUserIp,

    list: (question, call) =>
      client.call(
        {
          method: 'bankList',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { outerUserNo: question.user },
          reply: bankListReply,
          interpret: ({ bankList }, evidence) =>
            done(
              bankList.read.map((row) => ({
                code: row.bankCode,
                name: row.bankName ?? row.bankCode,
                perTransaction: row.timesLimit ?? null,
                perDay: row.dayLimit ?? null,
                unit,
              })),
              evidence('0'),
            ),
        },
        call,
      ),

    issuerOf: (question, call) =>
      client.call(
        {
          method: 'cardBank',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { cardNo: question.pan.reveal() },
          reply: cardBankReply,
          interpret: (reply, evidence) => done(bankOf(reply), evidence('0')),
        },
        call,
      ),
  };
}
