import { createCipheriv, createDecipheriv } from 'node:crypto';
import { oneOf, requiredText, type Call } from './call.ts';
import { cardOf } from './cards.ts';
import { Refused } from './codes.ts';
import { changeStatus } from './events.ts';
import type { CardStatus, KeysecureCard } from './state.ts';

/** keysecure.md §6.10. The allowed changes are not published; a card that cannot make one answers 4005 [ASSUMED]. */
export function updateStatus(call: Call): unknown {
  const card = cardOf(call, requiredText(call, 'card_no'));
  const target = oneOf(call, 'status', ['Frozen', 'Activated', 'Delete']);
  const from: Record<typeof target, CardStatus[]> = {
    Frozen: ['Activated'],
    Activated: ['Frozen'],
    Delete: ['ToActivate', 'Activated', 'Frozen'],
  };
  if (!from[target].includes(card.status)) throw new Refused(4005);
  changeStatus(call.world, call.merchant, card, { to: target, time: call.world.clock.now() });
  const effect = { Frozen: 'card_frozen', Activated: 'card_unfrozen', Delete: 'card_deleted' }[target];
  record(call, 'card/status/update', card, effect);
  return { result: true };
}

/** keysecure.md §6.9. */
export function activateCard(call: Call): unknown {
  const card = ownedCard(call);
  const cvv = decrypted(call, 'cvv');
  if (!/^\d{3}$/.test(cvv)) throw new Refused(1004, 'cvv must be exactly 3 digits');
  if (card.cardType === 'Virtual') throw new Refused(4017);
  if (card.status !== 'ToActivate') throw new Refused(4005);
  if (requiredText(call, 'card_last_no') !== card.pan.slice(-4)) throw new Refused(1004, 'card_last_no does not match');
  if (cvv !== card.cvv) throw new Refused(1004, 'cvv does not match');
  changeStatus(call.world, call.merchant, card, { to: 'Activated', time: call.world.clock.now() });
  record(call, 'card/active', card, 'card_activated');
  return { result: true };
}

/** keysecure.md §6.11. */
export function setPin(call: Call): unknown {
  const card = ownedCard(call);
  const pin = decrypted(call, 'pin');
  if (card.cardType === 'Virtual') throw new Refused(4017);
  if (card.status !== 'Activated') throw new Refused(4005);
  if (!/^\d{6}$/.test(pin) || hasRun(pin)) throw new Refused(4016);
  card.pin = pin;
  record(call, 'card/pin/set', card, 'pin_set');
  return { result: true };
}

/** keysecure.md §6.8: `data` is the Base64 text itself. */
export function privateInfo(call: Call): unknown {
  if (!call.merchant.pci) throw new Refused(1013);
  const card = cardOf(call, call.pathNo);
  if (card.status === 'Pending' || card.status === 'Fail') throw new Refused(4005);
  const plain = JSON.stringify({
    card_no: card.cardNo,
    card_unique_no: card.uniqueNo,
    cvv: card.cvv,
    pan: card.pan,
    exp_year: card.expYear,
    exp_month: card.expMonth,
  });
  record(call, 'card/private/info', card, 'private_info_shown');
  const cipher = createCipheriv(cipherName(call), Buffer.from(call.merchant.apiSecret), null);
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
}

/** Lifetime of a client token in seconds; the document's own sample is not known. */
const clientTokenSeconds = 300;

/** keysecure.md §6.14: a new one for each call. Its use by the iframe is not published, so nothing here accepts one. */
export function clientToken(call: Call): unknown {
  if (!call.merchant.pci) throw new Refused(1013);
  const card = cardOf(call, call.pathNo);
  if (card.status === 'Pending' || card.status === 'Fail') throw new Refused(4005);
  record(call, 'merchant/client/token', card, 'client_token_issued');
  return { client_access_token: call.world.random().hex(48), expires_in: clientTokenSeconds };
}

function ownedCard(call: Call): KeysecureCard {
  const cardholderNo = requiredText(call, 'cardholder_no');
  const card = cardOf(call, requiredText(call, 'card_no'));
  if (card.cardholderNo !== cardholderNo) throw new Refused(1004, 'cardholder_no does not own the card');
  return card;
}

/** keysecure.md §4.1: AES/ECB/PKCS5Padding with the secret's UTF-8 bytes as the key [ASSUMED]; plain text is refused. */
function decrypted(call: Call, name: string): string {
  const sent = requiredText(call, name);
  try {
    const decipher = createDecipheriv(cipherName(call), Buffer.from(call.merchant.apiSecret), null);
    return Buffer.concat([decipher.update(sent, 'base64'), decipher.final()]).toString('utf8');
  } catch {
    throw new Refused(1004, `${name} could not be decrypted`);
  }
}

const cipherName = (call: Call) => `aes-${Buffer.byteLength(call.merchant.apiSecret) * 8}-ecb`;

/** Three consecutive digits that are equal, rising or falling. */
function hasRun(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, index) => digit - (digits[index] ?? 0));
  return steps.some((step, index) => Math.abs(step) <= 1 && step === steps[index + 1]);
}

function record(call: Call, operation: string, card: KeysecureCard, effect: string): void {
  call.world.journal.effect({
    provider: 'keysecure',
    operation,
    reference: card.cardNo,
    effect,
    subject: card.cardholderNo,
  });
}
