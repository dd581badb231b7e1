import type { OperationAnswer } from '@card-gateway/client';
import type { KeysecureCard } from '@card-gateway/sandbox/keysecure';
import type { TestGateway } from './gateway.ts';

type Card = OperationAnswer<'getCard'>;
type Gateway = Pick<TestGateway, 'client' | 'sandbox'>;

export const address = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  phoneCode: '44',
  phone: '2079460000',
  country: 'GB',
  state: 'London',
  city: 'London',
  line1: '1 Main Street',
  postalCode: 'N1 9GU',
};

const { firstName, lastName, phoneCode, phone, ...place } = address;
/** A person as an application names one. */
export const person = {
  firstName,
  lastName,
  phoneCode,
  phone,
  birthDate: '1990-02-28',
  email: 'ada@example.com',
  address: place,
};

let holders = 0;

/** A cardholder that the provider has approved. */
export async function approvedCardholder({ client, sandbox }: Gateway, account = 'keysecure') {
  const reference = `approved-${(holders += 1)}`;
  const cardholder = await client.createCardholder({ body: { account, reference, sumsubShareToken: 'share-token' } });
  sandbox.admin.keysecure.updateCardholder(String(cardholder.providerRef), { status: 'Approved' });
  return cardholder;
}

/** Orders KeySecure cards of either form, in credit mode, for a holder of its own. */
export async function cardMaker(gateway: Gateway) {
  const { client, sandbox } = gateway;
  const account = 'keysecure';
  const { data } = await client.listCardProducts({ query: { account } });
  const product = (ref: string): string => data.find(({ providerRef }) => providerRef === ref)?.id ?? '';
  const cardholder = await approvedCardholder(gateway);
  const refreshed = (id: string): Promise<Card> => client.getCard({ params: { id }, query: { refresh: true } });

  const order = (form: 'virtual' | 'physical'): Promise<Card> =>
    client.issueCard({
      body:
        form === 'virtual'
          ? { account, product: product('PKG2026000001'), cardholder: cardholder.id, form }
          : { account, product: product('PKG2026000002'), cardholder: cardholder.id, form, address },
    });
  /** A card that the provider has made, and that we know to be made. */
  const made = async (form: 'virtual' | 'physical', status?: KeysecureCard['status']): Promise<Card> => {
    const { id } = await order(form);
    sandbox.admin.keysecure.updateCard(id, { status: status ?? (form === 'virtual' ? 'Activated' : 'ToActivate') });
    return refreshed(id);
  };
  return { cardholder, order, made, refreshed };
}

/** The sandbox's data of a card, including its secrets. */
export function secretsOf({ sandbox }: Pick<TestGateway, 'sandbox'>, id: string): KeysecureCard {
  const card = sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === id);
  if (card === undefined) throw new Error(`The sandbox has no card ${id}.`);
  return card;
}
