import { type CardForm, type SameKey, Secret, type SentOrder, type Reconciliation } from '@card-gateway/core';
import { facet, type Scene, valueOf } from './calls.ts';

/** In credit mode a card is ordered by package, in authorization mode by BIN (keysecure.md §6.5). */
const products = {
  credit: { virtual: 'PKG2026000001', physical: 'PKG2026000002' },
  authorization: { virtual: 'BIN2026000001', physical: 'BIN2026000002' },
} as const satisfies Record<string, Record<CardForm, string>>;
export type Mode = keyof typeof products;

const address = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  phoneCode: '44',
  phone: '2079460018',
  country: 'GB',
  state: 'London',
  city: 'London',
  line1: '1 Canary Street',
  line2: '',
  postalCode: 'N1 9GU',
};

/** A valid order for this account. */
export function orderOf(scene: Scene, mode: Mode, cardholderRef: string, form: CardForm) {
  return {
    reference: scene.unique(),
    productRef: products[mode][form],
    cardholderRef,
    form,
    address: form === 'physical' ? address : null,
  };
}

/** A ready card, with the secrets that only its holder and the provider know. */
export async function cardOf(scene: Scene, mode: Mode, form: CardForm) {
  const cardholderRef = await holderOf(scene);
  const order = orderOf(scene, mode, cardholderRef, form);
  const { providerRef } = valueOf(await facet(scene.adapter, 'issuing').issue(order, scene.call));
  // A card is Pending for no time here; a read makes it ready.
  const card = scene.sandbox.admin.keysecure.cards().find(({ cardNo }) => cardNo === providerRef);
  if (card === undefined) throw new Error('The card that was issued is not there.');
  return { ...card, reference: order.reference, providerRef, cardholderRef };
}

/** An approved cardholder's id at the provider. */
export async function holderOf(scene: Scene, reference = scene.unique()): Promise<string> {
  const application = { reference, identity: { kind: 'sumsub' as const, shareToken: new Secret('share-token') } };
  const { providerRef } = valueOf(await facet(scene.adapter, 'cardholders').apply(application, scene.call));
  scene.sandbox.admin.keysecure.cardholders();
  return providerRef;
}

export function lookUp(reconciliation: Reconciliation<SentOrder, unknown> | SameKey) {
  if (reconciliation.by === 'look-up') return reconciliation;
  throw new Error(`A lost answer is not looked up but reconciled by: ${reconciliation.by}`);
}

/** An order to move value to a new cardholder. */
export async function transferOf(scene: Scene) {
  const cardholderRef = await holderOf(scene);
  return { reference: scene.unique(), cardholderRef, direction: 'in', amount: '12.50' } as const;
}

/** The provider's id of a purchase with a new card. */
export async function purchaseOf(scene: Scene, mode: Mode): Promise<string> {
  const { cardNo } = await cardOf(scene, mode, 'virtual');
  const consumeNo = scene.unique();
  const purchase = { consumeNo, type: 'Consumption', amount: '9.90' };
  scene.sandbox.admin.keysecure.seedConsumptions({ cardNo, consumptions: [purchase] });
  return consumeNo;
}
