import { createRandom, syntheticPan } from '../synthetic.ts';
import { checkAddress } from './address.ts';
import { numbersOf, oneOf, optionalText, pageOf, requiredText, windowOf, within, type Call } from './call.ts';
import { cardholderOf } from './cardholders.ts';
import { feeDetail } from './catalogue.ts';
import { Refused } from './codes.ts';
import { advanceCard, watchCard } from './events.ts';
import { orderNumber, type KeysecureCard } from './state.ts';

type CardType = KeysecureCard['cardType'];
type Product = Pick<KeysecureCard, 'productNo' | 'nameEn' | 'nameCn' | 'organization' | 'feeDetail'> & {
  cardBin: string;
  needsAddress: boolean;
};

/** The card's current state. The refusal of an unknown card is not published: 4902 is the sandbox's own. */
export function cardOf(call: Call, cardNo: string): KeysecureCard {
  const card = call.merchant.cards.get(cardNo);
  if (card === undefined) throw new Refused(4902);
  return advanceCard(call.world, call.merchant, card);
}

/** keysecure.md §6.5. Accepted, not issued: no status in the answer. */
export function applyCard(call: Call): unknown {
  const { world, merchant } = call;
  const cardholderNo = requiredText(call, 'cardholder_no');
  const uniqueNo = requiredText(call, 'card_unique_no', 64);
  const cardType = oneOf(call, 'card_type', ['Virtual', 'Physical']);
  const product = productOf(call, cardType);
  checkAddress(call, cardType, product.needsAddress);
  const holder = cardholderOf(call, cardholderNo);
  // [ASSUMED] only an approved cardholder gets a card; these two codes say exactly that.
  if (holder.status === 'Rejected') throw new Refused(2005);
  if (holder.status !== 'Approved') throw new Refused(2004);
  // [ASSUMED] a repeat is refused rather than answered with the first result (§5); the code is the sandbox's own.
  if (merchant.cardNoByUniqueNo.has(uniqueNo)) throw new Refused(4901);
  const now = world.clock.now();
  const cardNo = orderNumber(world.state, 'C', now);
  const random = createRandom(Math.imul(104_729, world.state.issued));
  const { cardBin, needsAddress: _, ...named } = product;
  const card: KeysecureCard = {
    ...named,
    cardNo,
    uniqueNo,
    cardholderNo,
    cardType,
    status: 'Pending',
    createdAt: now,
    readyAt: now + world.config.cardDelayMs,
    pan: syntheticPan(random, cardBin),
    cvv: random.digits(3),
    expYear: '2031',
    expMonth: '09',
    pin: '',
  };
  merchant.cards.set(cardNo, card);
  merchant.cardNoByUniqueNo.set(uniqueNo, cardNo);
  world.journal.effect({
    provider: 'keysecure',
    operation: 'card/apply',
    reference: uniqueNo,
    effect: 'card_issued',
    subject: cardholderNo,
  });
  watchCard(world, merchant, card);
  return { card_no: cardNo, card_unique_no: uniqueNo };
}

function productOf(call: Call, cardType: CardType): Product {
  const packageNo = optionalText(call, 'package_no');
  const binNo = optionalText(call, 'card_bin_no');
  const credit = call.merchant.mode === 'CREDIT_EXTENSION';
  if (packageNo === undefined && binNo === undefined) {
    throw new Refused(1004, `${credit ? 'package_no' : 'card_bin_no'} must not be blank`);
  }
  // §6.5: "exactly the one of your mode". What happens otherwise is not published [ASSUMED].
  if (packageNo !== undefined && binNo !== undefined) {
    throw new Refused(1004, 'package_no and card_bin_no exclude each other');
  }
  if ((packageNo !== undefined) !== credit) throw new Refused(1012);
  if (packageNo === undefined) return binProduct(call, binNo ?? '', cardType);
  const found = call.world.state.packages.find((one) => one.package_no === packageNo);
  if (found === undefined || found.delisted === true) throw new Refused(1004, 'package_no does not exist');
  if (found.package_type !== cardType) throw new Refused(1004, 'card_type is not offered by this package');
  return {
    productNo: found.package_no,
    nameEn: found.package_en_name,
    nameCn: found.package_cn_name,
    organization: found.organization,
    feeDetail,
    cardBin: found.card_bin,
    needsAddress: found.needsAddress === true,
  };
}

function binProduct(call: Call, binNo: string, cardType: CardType): Product {
  const bin = call.world.state.bins.find((one) => one.card_bin_no === binNo);
  if (bin === undefined) throw new Refused(1004, 'card_bin_no does not exist');
  if (!(cardType === 'Virtual' ? bin.support_virtual : bin.support_physical)) {
    throw new Refused(1004, 'card_type is not supported by this BIN');
  }
  const { organization, card_bin: cardBin } = bin;
  return { productNo: binNo, nameEn: '', nameCn: '', organization, feeDetail: {}, cardBin, needsAddress: false };
}

export function listCards(call: Call): unknown {
  const window = windowOf(call);
  const numbers = numbersOf(call);
  const cardholderNo = optionalText(call, 'cardholder_no');
  const cardNo = optionalText(call, 'card_no');
  const uniqueNo = optionalText(call, 'card_unique_no');
  const { cards, cardNoByUniqueNo } = call.merchant;
  const named = uniqueNo === undefined ? undefined : cards.get(cardNoByUniqueNo.get(uniqueNo) ?? '');
  const candidates = uniqueNo === undefined ? [...cards.values()] : named === undefined ? [] : [named];
  const found = candidates.filter(
    (card) =>
      within(window, card.createdAt) &&
      (cardholderNo === undefined || card.cardholderNo === cardholderNo) &&
      (cardNo === undefined || card.cardNo === cardNo),
  );
  return pageOf(
    numbers,
    found.toReversed().map((card) => onWire(advanceCard(call.world, call.merchant, card))),
  );
}

export function cardDetail(call: Call): unknown {
  const card = cardOf(call, call.pathNo);
  return {
    ...onWire(card),
    card_name: card.nameEn,
    package_name_en: card.nameEn,
    package_name_cn: card.nameCn,
    fee_detail: card.feeDetail,
  };
}

function onWire(card: KeysecureCard): Record<string, unknown> {
  const made = card.status !== 'Pending' && card.status !== 'Fail';
  return {
    card_no: card.cardNo,
    card_unique_no: card.uniqueNo,
    cardholder_no: card.cardholderNo,
    card_type: card.cardType,
    card_last_no: made ? card.pan.slice(-4) : '',
    organization: card.organization,
    status: card.status,
    time: card.createdAt,
  };
}
