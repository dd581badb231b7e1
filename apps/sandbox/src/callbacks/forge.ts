import { NotFound } from '../admin-lists.ts';
import type { Fields } from '../provider.ts';
import type { ProviderName } from '../providers.ts';
import { numberLiteral } from '../synthetic.ts';
import { callbackRules, type World } from '../world.ts';
import { messageOf } from './callbacks.ts';
import type { Message } from './deliver.ts';
import type { Delivery, ForgeryKind, Signed } from './delivery.ts';

export interface Forgery {
  provider: ProviderName;
  kind: ForgeryKind;
  /** Default: that of the forged callback. */
  merchant?: string | undefined;
  /** The original. Default: the latest callback sent. */
  of?: Signed | undefined;
  /** For `altered-body`: the members to change, within `data` if the provider has one. */
  change?: Fields | undefined;
  /** For `flipped-bit`: its position; 0 is the lowest bit of the first byte. */
  bit?: number | undefined;
  /** For `flipped-bit`: the body, or a header by its name. */
  where?: string | undefined;
  /** For `stale`: its claimed age, negative for the future; default ten minutes. */
  ageMs?: number | undefined;
  /** False: returned only, not sent. */
  send?: boolean | undefined;
}

export interface Forged extends Message {
  /** Null if it was not sent. */
  delivery: Delivery | null;
}

/** Sends what a provider never sent, and returns the merchant's answer. */
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
  const { rules, own } = callbackRules(world, provider);
  const about =
    forgery.of === undefined && latest ? latest : { kind: '', reference: '', id: rules.idOf(parsed(original.body)) };
  const merchant = forgery.merchant ?? latest?.merchant ?? rules.firstMerchant(own);
  const message = forgedMessage(world, { ...forgery, merchant }, original);
  if (!send) return { ...message, delivery: null };
  const { kind: what, reference, id } = about;
  const delivery = await world.callbacks.post({ provider, merchant, kind: what, reference, id }, message, kind);
  return { ...message, delivery };
}

function forgedMessage(world: World, forgery: Forgery & { merchant: string }, original: Signed): Message {
  const { provider, merchant, ageMs = 600_000 } = forgery;
  const { rules, own } = callbackRules(world, provider);
  switch (forgery.kind) {
    case 'wrong-signature':
      if (rules.wronglySigned === undefined) throw new NotFound(`${provider} signs nothing.`);
      return messageOf(rules.wronglySigned(own, merchant, original, parsed(original.body)));
    case 'altered-body': {
      const body = JSON.stringify(rules.altered(parsed(original.body), forgery.change));
      return messageOf({ headers: original.headers, body });
    }
    case 'flipped-bit':
      return flipped(original, forgery.bit ?? 0, forgery.where ?? 'body');
    case 'stale':
      if (rules.aged === undefined) throw new NotFound(`A callback of ${provider} carries no time that is checked.`);
      return messageOf(rules.aged(own, merchant, parsed(original.body), ageMs));
    case 'replayed':
      return messageOf(original);
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

/** Numbers keep their original literals. */
function parsed(body: string): Fields {
  const literally = (_name: string, value: unknown, context?: { source: string }) =>
    typeof value === 'number' ? numberLiteral(context?.source ?? String(value)) : value;
  return JSON.parse(body, literally) as Fields;
}
