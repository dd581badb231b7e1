import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '@card-gateway/sandbox';
import { type Calling, codeOf, type OwnCard, type Stage } from './calling.ts';
import { type Intent, tell } from './diary.ts';

const address = {
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
const mostReads = 10;

/** The life of a physical card: ordered, activated with its security code, given one PIN after another. */
export function createPhysicalCards(
  { diary, sandbox, products, cardholders }: Stage,
  random: Random,
  { anyClient, intend, insist }: Calling,
  cards: OwnCard[],
) {
  /** Orders a card and activates it, often by two callers at once, sometimes after a wrong code. */
  async function bringToLife(): Promise<void> {
    const body = {
      account: 'keysecure',
      product: products.physical,
      cardholder: random.pick(cardholders),
      form: 'physical',
      address,
    } as const;
    const order: Intent = intend('issueCard', (client) =>
      tell(client.call('issueCard', { body, idempotencyKey: order.key })),
    );
    const answer = await insist(order);
    if (answer.kind !== 'accepted' || !answer.final || !(await canBeActivated(answer.id))) return;
    const { cvv, pan } = sandbox.admin.keysecure.card(answer.id);
    const wrong = String((Number(cvv) + 1) % 1000).padStart(3, '0');
    const activate = (code: string, isWrong: boolean): Intent => {
      const call = { params: { id: answer.id }, body: { cvv: code, last4: pan.slice(-4) } };
      const intent: Intent = intend(
        'activateCard',
        (client) => tell(client.call('activateCard', { ...call, idempotencyKey: intent.key })),
        codeOf('activateCard', answer.id, call.body, code, isWrong),
      );
      return intent;
    };
    if (random.below(4) === 0) await insist(activate(wrong, true));
    await Promise.all(Array.from({ length: 1 + random.below(2) }, () => insist(activate(cvv, false))));
    cards.push({ id: answer.id, form: 'physical', frozen: false });
  }

  /** Asks the provider until the card is ready. */
  async function canBeActivated(id: string): Promise<boolean> {
    for (let reads = 0; reads < mostReads; reads += 1) {
      const client = anyClient();
      const read = { params: { id }, query: { refresh: true } };
      const answer = client === null ? null : await tell(client.call('getCard', read));
      if (answer?.kind === 'accepted' && answer.text.includes('"status":"inactive"')) return true;
      await wait(50 + random.below(100));
    }
    return false;
  }

  /** Sets a card's PIN, often two callers at once. */
  async function setPin(): Promise<void> {
    const own = cards.filter(({ form, frozen }) => form === 'physical' && !frozen);
    const card = own[random.below(Math.max(1, own.length))];
    if (card === undefined) return bringToLife();
    await Promise.all(Array.from({ length: 1 + random.below(2) }, () => insist(changeOfPin(card))));
  }

  function changeOfPin({ id }: OwnCard): Intent {
    const pin = newPin(random, diary.secrets);
    diary.secrets.set(pin, 'PIN');
    const intent: Intent = intend(
      'setCardPin',
      (client) => tell(client.call('setCardPin', { params: { id }, body: { pin }, idempotencyKey: intent.key })),
      codeOf('setCardPin', id, { pin }, pin, false),
    );
    return intent;
  }

  return { bringToLife, setPin };
}

/**
 * A PIN that no other card of the run has and that KeySecure accepts: consecutive digits differ by more than one (keysecure.md
 * §6.11).
 */
function newPin(random: Random, taken: ReadonlyMap<string, string>): string {
  for (;;) {
    const digits = [random.below(10)];
    while (digits.length < 6) digits.push(((digits.at(-1) ?? 0) + 2 + random.below(7)) % 10);
    const pin = digits.join('');
    if (!taken.has(pin)) return pin;
  }
}
