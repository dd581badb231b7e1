import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type Random, syntheticPan } from '@card-gateway/sandbox';
import { type Calling, codeOf, createCalling, type OwnCard, type Stage } from './calling.ts';
import { type Answer, type Intent, tell } from './diary.ts';
import { createLooks } from './looks.ts';
import { createPhysicalCards } from './physical-cards.ts';
import { createTokens } from './tokens.ts';

/** Concurrent calls with one key, over both gateways. */
const raceWidth = 8;
/** One service that calls the gateway, act after act, until no more writes are wanted. */
export async function runCaller(stage: Stage, index: number): Promise<void> {
  const random = createRandom(Math.imul(stage.seed + 1, 7919) + index);
  const calling = createCalling(stage, random, index);
  const cards: OwnCard[] = [];
  const caller = createCaller(stage, random, calling, cards);
  const looks = createLooks(stage, random, calling, cards);
  const physical = createPhysicalCards(stage, random, calling, cards);
  const tokens = createTokens(stage, random, calling, looks);
  const acts: readonly [weight: number, act: () => Promise<void>][] = [
    [38, caller.issue],
    [12, caller.raceForOneCard],
    [6, caller.createCardholder],
    [16, caller.bind],
    [16, caller.changeCard],
    [4, physical.bringToLife],
    [5, physical.setPin],
    [3, caller.cancelCard],
    [8, looks.revealCard],
    [4, tokens.bindAndRemove],
    [5, caller.transfer],
    [5, caller.repeatEarlier],
    [5, caller.readAgain],
    [1, caller.sync],
    [1, caller.repeatLookUps],
  ];
  const sum = acts.reduce((total, [weight]) => total + weight, 0);
  while (!stage.signal.aborted) {
    if (stage.replicas.every((replica) => replica.client() === null)) {
      await wait(50);
      continue;
    }
    let drawn = random.below(sum);
    const [, act] = acts.find(([weight]) => (drawn -= weight) < 0) ?? [0, caller.issue];
    await act();
  }
}

function createCaller(stage: Stage, random: Random, calling: Calling, cards: OwnCard[]) {
  const { diary, sandbox } = stage;
  const { next, anyClient, intend, once, insist } = calling;

  function order(): Intent {
    const body = {
      account: 'keysecure',
      product: stage.products.virtual,
      cardholder: random.pick(stage.cardholders),
      form: 'virtual',
    } as const;
    const intent: Intent = intend('issueCard', (client) =>
      tell(client.call('issueCard', { body, idempotencyKey: intent.key })),
    );
    return intent;
  }

  /** Acknowledged resources must be visible at once. */
  async function readBack(answer: Answer): Promise<void> {
    const client = anyClient();
    if (answer.kind !== 'accepted' || client === null) return;
    const found = await tell(client.call('getCard', { params: { id: answer.id } }));
    if (found.kind === 'problem' && found.code === 'not-found') diary.count('acknowledged, then not found');
  }

  async function issue(): Promise<void> {
    const answer = await insist(order());
    if (random.below(4) === 0) await readBack(answer);
    if (answer.kind === 'accepted' && answer.final && cards.length < 200) {
      cards.push({ id: answer.id, form: 'virtual', frozen: false });
    }
  }

  async function raceForOneCard(): Promise<void> {
    const intent = order();
    diary.count('same-key races');
    const clients = stage.replicas.map((replica) => replica.client()).filter((client) => client !== null);
    if (clients.length === 0) return;
    await Promise.all(
      Array.from({ length: raceWidth }, async (_, runner) => {
        const client = clients[runner % clients.length];
        if (client !== undefined) await once(intent, client);
      }),
    );
    await insist(intent);
  }

  async function createCardholder(): Promise<void> {
    const reference = `holder-${next()}`;
    const body = { account: 'keysecure', reference, sumsubShareToken: 'share-token' };
    const intent: Intent = intend('createCardholder', (client) =>
      tell(client.call('createCardholder', { body, idempotencyKey: intent.key })),
    );
    await insist(intent);
  }

  async function bind(): Promise<void> {
    const number = next();
    const user = `user-${number}`;
    const phone = `139${random.digits(8)}`;
    const cardNumber = syntheticPan(random, '6217', 19);
    diary.secrets.set(cardNumber, 'number of a bank card').set(phone, 'phone');
    const body = {
      account: 'yixin',
      user,
      phone,
      cardNumber,
      purpose: 'loan',
    } as const;
    const start: Intent = intend('startBinding', (client) =>
      tell(client.call('startBinding', { body, idempotencyKey: start.key })),
    );
    const answer = await insist(start);
    const code = sandbox.admin.sms({ user }).at(-1)?.code;
    if (answer.kind !== 'accepted' || code === undefined) return;
    // A wrong code first, the same code twice at once, or just the code.
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    const manner = random.below(5);
    if (manner === 0) await insist(verify(answer.id, wrong, true));
    await Promise.all(Array.from({ length: manner === 1 ? 2 : 1 }, () => insist(verify(answer.id, code, false))));
  }

  function verify(id: string, code: string, isWrong: boolean): Intent {
    const body = { code };
    const intent: Intent = intend(
      'verifyBinding',
      (client) => tell(client.call('verifyBinding', { params: { id }, body, idempotencyKey: intent.key })),
      codeOf('verifyBinding', id, body, code, isWrong),
    );
    return intent;
  }

  /** Freezes or unfreezes a card, often two callers at once. */
  async function changeCard(): Promise<void> {
    const card = cards[random.below(Math.max(1, cards.length))];
    if (card === undefined) return issue();
    const operation = card.frozen ? 'unfreezeCard' : 'freezeCard';
    card.frozen = !card.frozen;
    await Promise.all(Array.from({ length: 1 + random.below(2) }, () => insist(change(card, operation))));
  }

  function change({ id }: OwnCard, operation: 'freezeCard' | 'unfreezeCard' | 'cancelCard'): Intent {
    const intent: Intent = intend(operation, (client) =>
      tell(client.call(operation, { params: { id }, idempotencyKey: intent.key })),
    );
    return intent;
  }

  /** Cancels a card, often twice at once, and sometimes concurrently with a change that it rules out. */
  async function cancelCard(): Promise<void> {
    const card = cards[random.below(Math.max(1, cards.length))];
    if (card === undefined) return issue();
    const beside = random.below(4) === 0 ? [card.frozen ? ('unfreezeCard' as const) : ('freezeCard' as const)] : [];
    const changes = [...Array.from({ length: 1 + random.below(2) }, () => 'cancelCard' as const), ...beside];
    const answers = await Promise.all(changes.map((operation) => insist(change(card, operation))));
    // It remains among the cards that are read, and sometimes changed, which is refused.
    if (answers.some(({ kind }) => kind === 'accepted') && random.below(4) > 0) cards.splice(cards.indexOf(card), 1);
  }

  async function transfer(): Promise<void> {
    const body = {
      account: 'keysecure',
      cardholder: random.pick(stage.cardholders),
      direction: 'in',
      amount: { amount: `${1 + random.below(100)}.00`, currency: 'TUSDT' },
    } as const;
    const intent: Intent = intend('createTransfer', (client) =>
      tell(client.call('createTransfer', { body, idempotencyKey: intent.key })),
    );
    await insist(intent);
  }

  async function repeatEarlier(): Promise<void> {
    const intent = diary.intents[random.below(Math.max(1, diary.intents.length))];
    const client = anyClient();
    if (intent !== undefined && client !== null && intent.answers.length > 0) await once(intent, client);
  }

  /** Reads that ask the provider: evidence repeated and out of order. */
  async function readAgain(): Promise<void> {
    const client = anyClient();
    const card = cards[random.below(Math.max(1, cards.length))];
    if (client === null || card === undefined) return;
    diary.count('reads of the provider');
    const refresh = { params: { id: card.id }, query: { refresh: true } };
    await Promise.all([tell(client.call('getCard', refresh)), tell(client.call('getCard', refresh))]);
  }

  async function sync(): Promise<void> {
    const intent: Intent = intend('startSync', (client) =>
      tell(client.call('startSync', { body: { account: 'keysecure' }, idempotencyKey: intent.key })),
    );
    diary.count('syncs');
    await insist(intent);
  }

  async function repeatLookUps(): Promise<void> {
    const repeated = await stage.store.repeatLookUps(20).catch(() => 0);
    diary.count('look-ups repeated', repeated);
  }

  return {
    issue,
    raceForOneCard,
    createCardholder,
    bind,
    changeCard,
    cancelCard,
    transfer,
    repeatEarlier,
    readAgain,
    sync,
    repeatLookUps,
  };
}
