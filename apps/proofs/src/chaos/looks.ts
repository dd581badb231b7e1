import type { Client } from '@card-gateway/client';
import type { Random } from '@card-gateway/sandbox';
import type { Calling, OwnCard, Stage } from './calling.ts';
import { type Answer, type Reveal, tell } from './diary.ts';
import type { Tenant } from './installation.ts';

/** Reveals of secrets, including other tenants'. */
export function createLooks(
  { diary, replicas, othersCards }: Stage,
  random: Random,
  { next }: Calling,
  cards: readonly OwnCard[],
) {
  async function look(
    tenant: Tenant,
    action: Reveal['action'],
    resource: string,
    call: (client: Client, input: { params: { id: string }; body: { purpose: string } }) => Promise<Answer>,
  ): Promise<void> {
    const up = replicas.map((replica) => replica.client(tenant)).filter((client) => client !== null);
    const client = up[random.below(Math.max(1, up.length))];
    if (client === undefined) return;
    const purpose = `look ${next()}`;
    const answer = await call(client, { params: { id: resource }, body: { purpose } });
    diary.reveals.push({ tenant, action, resource, purpose, answer });
    diary.count(answer.kind === 'accepted' ? 'secrets revealed' : 'secrets not revealed');
  }

  /** Reveals a card of the own or the other tenant, as a caller of either. */
  async function revealCard(): Promise<void> {
    const own = cards[random.below(Math.max(1, cards.length))];
    const isOthers = own === undefined || random.below(3) === 0;
    const id = isOthers ? random.pick(othersCards) : own.id;
    const tenant = random.below(4) === 0 ? 'other' : 'default';
    await look(tenant, 'card.reveal', id, (client, input) => tell(client.call('revealCard', input)));
  }

  const revealBinding = (id: string): Promise<void> =>
    look(random.below(4) === 0 ? 'other' : 'default', 'binding.reveal', id, (client, input) =>
      tell(client.call('revealBinding', input)),
    );

  return { revealCard, revealBinding };
}

export type Looks = ReturnType<typeof createLooks>;
