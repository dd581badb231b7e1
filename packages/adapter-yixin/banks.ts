import { randomUUID } from 'node:crypto';
import { type BanksFacet, done } from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { YixinSettings } from './settings.ts';
import { bankListReply, bankOf, cardBankReply } from './wire.ts';

/** The banks whose cards a user can bind, and the issuer of a card: `bankList`, `cardBank` (yixin.md §4.4, §4.5). */
export function banksFacet(ask: Ask, settings: YixinSettings): BanksFacet {
  // Documented as yuan, while the sample's values look like fen (yixin.md §8, trap 11).
  const unit = settings.limitUnit === 'unconfirmed' ? null : settings.limitUnit;
  return {
    needsUserIp: settings.userIp === undefined,

    list: (question, call) =>
      ask(
        {
          operation: 'bankList',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { outerUserNo: question.user },
          data: bankListReply,
          interpret: ({ bankList }, evidence) =>
            done(
              bankList.read.map((row) => ({
                code: row.bankCode,
                name: row.bankName ?? row.bankCode,
                perTransaction: row.timesLimit ?? null,
                perDay: row.dayLimit ?? null,
                unit,
              })),
              evidence,
            ),
        },
        call,
      ),

    issuerOf: (question, call) =>
      ask(
        {
          operation: 'cardBank',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { cardNo: question.pan.reveal() },
          data: cardBankReply,
          interpret: (reply, evidence) => done(bankOf(reply), evidence),
        },
        call,
      ),
  };
}
