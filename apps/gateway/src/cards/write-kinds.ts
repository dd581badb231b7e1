import type { WriteKinds } from '../ledger/kind.ts';
import { changeKinds } from './change-outcome.ts';
import { issueCardKind } from './issue-card-outcome.ts';

/** All writes on cards, which a provider's description of a card may resolve. */
export const cardWriteKinds: WriteKinds = [issueCardKind, ...Object.values(changeKinds)];
