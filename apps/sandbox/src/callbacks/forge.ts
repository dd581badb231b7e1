import { NotFound } from '../admin-lists.ts';
import { keysecureSign, signedCallback } from '../keysecure/callback.ts';
import { signedNotification } from '../onerway/sign.ts';
import { numberLiteral } from '../synthetic.ts';
import type { World } from '../world.ts';
import { messageOf, type CallbackProvider, type Delivery, type Signed } from './callbacks.ts';
import type { Message } from './deliver.ts';

export const forgeryKinds = [
  'wrong-signature', // the right form, made with another secret
  'altered-body', // well-formed, one member changed, the signature as it was
  'flipped-bit', // one bit of the body, or of a header, at a given position
  'stale', // signed properly, with a Timestamp of long ago
  'replayed', // the same bytes once more
] as const;
export type ForgeryKind = (typeof forgeryKinds)[number];

export interface Forgery {
  provider: CallbackProvider;
  kind: ForgeryKind;
  /** Api-Key, merchantNo or app_id; that of the callback which is forged where absent. */
  merchant?: string | undefined;
  /** What is forged. Absent: the latest callback that was sent. */
  of?: Signed | undefined;
  /** For `altered-body`: the members to set, in `data` where the provider has one. */
  change?: Record<string, unknown> | undefined;
  /** For `flipped-bit`: its position, 0 being the lowest of the first byte. */
  bit?: number | undefined;
  /** For `flipped-bit`: the body, or a header by its name. */
  where?: string | undefined;
  /** For `stale`: how old it says it is; negative: from the future. Ten minutes where absent. */
  ageMs?: number | undefined;
  /** False: only handed back. */
  send?: boolean | undefined;
}

export interface Forged extends Message {
  /** Null when it was only handed back. */
  delivery: Delivery | null;
}

/** What a provider never sent, and how the merchant answers to it. */
export async function forge(world: World, forgery: Forgery): Promise<Forged> {
  const { provider, kind, send = true } = forgery;
  const latest = world.journal.deliveries.findLast(
    (one) =>
      one.provider === provider &&
      one.forged === null &&
      (forgery.merchant === undefined || one.merchant === forgery.merchant),
  );
  const original = forgery.of ?? (latest && { headers: latest.headers, body: latest.sent });
  if (original === undefined) throw new NotFound(`No callback of ${provider} was sent yet that could be forged.`);
  const about = forgery.of === undefined && latest ? latest : { kind: '', reference: '', id: idOf(original.body) };
  const merchant = forgery.merchant ?? latest?.merchant ?? firstMerchant(world, provider);
  const message = forgedMessage(world, { ...forgery, merchant }, original);
  if (!send) return { ...message, delivery: null };
  const { kind: what, reference, id } = about;
  const delivery = await world.callbacks.post({ provider, merchant, kind: what, reference, id }, message, kind);
  return { ...message, delivery };
}

function forgedMessage(world: World, forgery: Forgery & { merchant: string }, original: Signed): Message {
  switch (forgery.kind) {
    case 'wrong-signature':
      return messageOf(resigned(world, forgery, original));
    case 'altered-body':
      return messageOf({ headers: original.headers, body: altered(forgery, original.body) });
    case 'flipped-bit':
      return flipped(original, forgery.bit ?? 0, forgery.where ?? 'body');
    case 'stale':
      return messageOf(aged(world, forgery, original));
    case 'replayed':
      return messageOf(original);
  }
}

function resigned(world: World, { provider, merchant }: Forgery & { merchant: string }, original: Signed): Signed {
  const fields = parsed(original.body);
  switch (provider) {
    case 'keysecure': {
      const timestamp = original.headers['Timestamp'] ?? '';
      const secretKey = `not ${keysecureMerchant(world, merchant).apiSecret}`;
      const signature = keysecureSign(dataOf(fields), { appId: merchant, timestamp, secretKey });
      return { headers: { ...original.headers, Signature: signature }, body: original.body };
    }
    case 'onerway': {
      const { sign: _, ...unsigned } = fields;
      const wrong = signedNotification(unsigned, `not ${world.config.onerway.secretKey}`);
      return { headers: original.headers, body: JSON.stringify(wrong) };
    }
    case 'open-api':
      throw new NotFound('OPEN-API signs nothing (open-api-issuer.md §5.3).');
  }
}

function altered({ provider, change }: Forgery, body: string): string {
  const fields = parsed(body);
  switch (provider) {
    case 'keysecure':
      return JSON.stringify({ ...fields, data: { ...dataOf(fields), ...(change ?? { card_no: 'C0' }) } });
    case 'onerway':
      return JSON.stringify({ ...fields, ...(change ?? { tokenId: '0'.repeat(64) }) });
    case 'open-api': {
      const members = change ?? { card_id: 'cid_0000000000000000' };
      const enveloped = typeof fields['data'] === 'object' && fields['data'] !== null;
      return JSON.stringify(
        enveloped ? { ...fields, data: { ...dataOf(fields), ...members } } : { ...fields, ...members },
      );
    }
  }
}

function flipped({ headers, body }: Signed, bit: number, where: string): Message {
  const bytes = where === 'body' ? Buffer.from(body, 'utf8') : Buffer.from(headers[where] ?? '', 'latin1');
  const byte = bytes[bit >> 3];
  if (byte === undefined) throw new NotFound(`There is no bit ${bit} in ${where}.`);
  bytes[bit >> 3] = byte ^ (1 << (bit & 7));
  if (where === 'body') return { headers, body: bytes };
  return { headers: { ...headers, [where]: bytes.toString('latin1') }, body: Buffer.from(body, 'utf8') };
}

function aged(world: World, forgery: Forgery & { merchant: string }, original: Signed): Signed {
  if (forgery.provider !== 'keysecure') {
    throw new NotFound(`A callback of ${forgery.provider} carries no time that is checked.`);
  }
  const { id, action } = parsed(original.body);
  const timestamp = String(world.clock.wall() - (forgery.ageMs ?? 600_000));
  const again = { id: String(id), action: String(action), data: dataOf(parsed(original.body)), timestamp };
  return signedCallback(keysecureMerchant(world, forgery.merchant), again, world.config.keysecure.nestedOrder, 0);
}

function keysecureMerchant(world: World, apiKey: string) {
  const merchant = world.keysecure.merchants.get(apiKey);
  if (merchant === undefined) throw new NotFound(`No KeySecure merchant has the Api-Key ${apiKey}.`);
  return merchant;
}

function firstMerchant(world: World, provider: CallbackProvider): string {
  switch (provider) {
    case 'keysecure':
      return [...world.keysecure.merchants.keys()][0] ?? '';
    case 'onerway':
      return world.config.onerway.merchantNo;
    case 'open-api':
      return String(world.config.openApi.appId);
  }
}

type Fields = Record<string, unknown>;

/** Numbers keep the characters they were sent with. */
function parsed(body: string): Fields {
  const literally = (_name: string, value: unknown, context?: { source: string }) =>
    typeof value === 'number' ? numberLiteral(context?.source ?? String(value)) : value;
  return JSON.parse(body, literally) as Fields;
}

function idOf(body: string): string {
  const { id, transactionId } = parsed(body);
  return [id, transactionId].find((one) => typeof one === 'string') ?? '';
}

const dataOf = (fields: Fields) => (fields['data'] ?? {}) as Fields;
