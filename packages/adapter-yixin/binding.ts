import { randomUUID } from 'node:crypto';
import { refusedFor } from '@card-gateway/adapter-kit';
import {
  type BindingFacet,
  type BindingStarted,
  type BindingVerified,
  done,
  type Outcome,
  refused,
  unknown,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { YixinSettings } from './settings.ts';
import { reasonOf } from './refusals.ts';
import { bindCardReply, needCardSignReply, verifyCodeReply } from './wire.ts';

/** `bizType` (yixin.md §4.1). */
const bizTypes: ReadonlyMap<string, string> = new Map([
  ['loan', 'loan'],
  ['repayment', 'repay'],
]);

/** Binding a bank card by SMS: `bindCard`, `verifyCode`, `needCardSign` (yixin.md §4.1, §4.2, §4.6). */
export function bindingFacet(ask: Ask, settings: YixinSettings): BindingFacet {
  return {
    // The loan order number goes with `repay` (yixin.md §8, trap 6).
    purposes: { loan: [], repayment: ['loanOrder'] },
    needsUserIp: settings.userIp === undefined,
    reconciliation: { by: 'bound-cards' },

    async start(order, call) {
      const bizType = bizTypes.get(order.purpose ?? '');
      if (bizType === undefined) {
        return refused('unsupported', { message: 'Yixin binds a card for a loan or for its repayment.' });
      }
      const forRepayment = bizType === 'repay';
      if (forRepayment && order.loanOrder === null) {
        return refused('invalid_request', { message: 'A binding for repayment needs the loan order.' });
      }
      return ask(
        {
          operation: 'bindCard',
          requestNo: order.reference,
          userIp: order.userIp,
          params: {
            outerUserNo: order.user,
            cardNo: order.pan.reveal(),
            phone: order.phone.reveal(),
            bizType,
            // The loan order number exactly when `bizType` is `repay` (yixin.md §8, trap 6).
            ...(forRepayment && order.loanOrder !== null && { bizNo: order.loanOrder }),
          },
          data: bindCardReply,
          interpret: ({ status, bizId, desc }, _evidence, { evidenceOf }): Outcome<BindingStarted> => {
            const said = evidenceOf(status, desc);
            if (status === '-1') return done({ status: 'not_required' }, said);
            if (status !== '0') return refusedFor(reasonOf('bindCard', status), said);
            // `0` means that an SMS is on its way, not that the card is bound; without `bizId` the binding cannot continue.
            // It is stored as it is.
            if (!bizId || bizId === order.pan.reveal()) return unknown('unreadable_answer', said);
            return done({ status: 'awaiting_code', challenge: bizId }, said);
          },
        },
        call,
      );
    },

    verify: (answer, call) =>
      ask(
        {
          operation: 'verifyCode',
          requestNo: answer.reference,
          userIp: answer.userIp,
          params: { outerUserNo: answer.user, bizId: answer.challenge, verifyCode: answer.code.reveal() },
          data: verifyCodeReply,
          interpret: ({ status, desc }, _evidence, { evidenceOf }): Outcome<BindingVerified> => {
            const said = evidenceOf(status, desc);
            if (status === '0') return done({ status: 'bound' }, said);
            if (status === '-1') return done({ status: 'not_required' }, said);
            if (status === '-3') return done({ status: 'expired' }, said);
            return refusedFor(reasonOf('verifyCode', status), said);
          },
        },
        call,
      ),

    check: (question, call) =>
      ask(
        {
          operation: 'needCardSign',
          requestNo: randomUUID(),
          userIp: question.userIp,
          params: { outerUserNo: question.user, cardNo: question.pan.reveal() },
          data: needCardSignReply,
          // Unlike the other two, this status has no `0` (yixin.md §8, trap 4).
          interpret: ({ status }, _evidence, { evidenceOf }): Outcome<{ readonly required: boolean }> => {
            const said = evidenceOf(status);
            if (status === '1') return done({ required: true }, said);
            if (status === '-1') return done({ required: false }, said);
            return unknown('unlisted_code', said);
          },
        },
        call,
      ),
  };
}
