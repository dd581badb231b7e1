import type { OperationAnswer } from '@card-gateway/client';
import type { Random } from '@card-gateway/sandbox';
import type { Calling, Stage } from './calling.ts';
import { type Intent, tell } from './diary.ts';
import type { Looks } from './looks.ts';

const mostReads = 4;

/** Users' card tokens: listed, revealed and removed. */
export function createTokens(
  { diary, sandbox }: Stage,
  random: Random,
  { next, anyClient, intend, insist }: Calling,
  looks: Looks,
) {
  /** Creates a user with two tokens and removes one, often by two callers at once and while the list is read. */
  async function bindAndRemove(): Promise<void> {
    const user = `customer-${next()}`;
    sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}, {}] });
    for (const { merchantCustId, token } of sandbox.admin.onerway.tokens()) {
      if (merchantCustId === user) diary.tokens.set(token.id, token.tokenId);
    }
    const bindings = await listed(user);
    const [removed, kept] = bindings;
    if (removed === undefined || kept === undefined) return;
    await looks.revealBinding(random.below(2) === 0 ? removed.id : kept.id);
    const beside = random.below(2) === 0 ? [listed(user)] : [];
    const removals = Array.from({ length: 1 + random.below(2) }, () => insist(removal(removed.id)));
    await Promise.all([...removals, ...beside]);
    if (random.below(3) === 0) await looks.revealBinding(removed.id);
  }

  /** The provider's list of the user's tokens. */
  async function listed(user: string): Promise<OperationAnswer<'listBindings'>['data']> {
    const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
    for (let reads = 0; reads < mostReads; reads += 1) {
      const client = anyClient();
      const answer = client === null ? null : await tell(client.call('listBindings', { query }));
      if (answer?.kind === 'accepted') return (JSON.parse(answer.text) as OperationAnswer<'listBindings'>).data;
    }
    return [];
  }

  function removal(id: string): Intent {
    const intent: Intent = intend('removeBinding', (client) =>
      tell(client.call('removeBinding', { params: { id }, idempotencyKey: intent.key })),
    );
    return intent;
  }

  return { bindAndRemove };
}
