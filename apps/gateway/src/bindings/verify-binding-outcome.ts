import { type BindingVerified, done } from '@card-gateway/core';
import type { AtOnce, WriteKind } from '../ledger/kind.ts';
import { contradicted } from '../ledger/word.ts';
import { awaitCodeAgain, codeAcceptedAtOnce, codeRefusedAtOnce, endVerifying, markBound } from './challenge-store.ts';
import { supersedeEarlierCodes } from './earlier-store.ts';
import { lookUpBound, viewBinding } from './reconciliation.ts';
import type { BindingRow } from './store.ts';
import { bindingView } from './view.ts';

/** How a code's outcome changes the binding. A lost answer counts as a wrong code, so that no more are sent than may be. */
export const verifyBindingKind: WriteKind<BindingVerified> = {
  type: 'verifyBinding',
  successStatus: 200,
  apply: async (_services, client, operation, outcome, { at }) => {
    switch (outcome.kind) {
      case 'done':
        if (outcome.value.status !== 'bound') return endVerifying(client, operation, outcome.value.status, at);
        await supersedeEarlierCodes(client, operation, at);
        return markBound(client, operation.resourceId, at);
      case 'refused':
        return awaitCodeAgain(client, operation, outcome.refusal.reason === 'wrong_code', at);
      case 'unknown':
        return awaitCodeAgain(client, operation, true, at);
    }
  },
  view: viewBinding,
  lookUp: lookUpBound,
  resolved: async (_services, { isAbsent }) => {
    if (isAbsent) throw contradicted("The provider's list of what this user has bound does not show the card.");
    return done({ status: 'bound' });
  },
};

/** How the answer to a code changes the binding as it was read before. */
export function verifiedFrom(row: BindingRow): AtOnce<BindingVerified> {
  return (outcome, { at: updatedAt }) => {
    if (outcome.kind === 'refused') {
      return { resolve: codeRefusedAtOnce, own: { wrong: outcome.refusal.reason === 'wrong_code' ? 1 : 0 } };
    }
    const { status } = outcome.value;
    if (status !== 'bound') return null;
    const own = { seen_at: row.syncedAt, provider_ref: row.providerRef };
    return { resolve: codeAcceptedAtOnce, own, view: bindingView({ ...row, status, updatedAt }) };
  };
}
