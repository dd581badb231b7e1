import { randomBytes } from 'node:crypto';
import { json, type Reply, type SeenRequest } from '@card-gateway/adapter-kit/testing';

interface Card {
  readonly id: string;
  readonly reference: string;
  readonly product: string;
  readonly holder: string | null;
  readonly form: 'virtual' | 'plastic';
  readonly last4: string;
  state: string;
}

interface Holder {
  readonly id: string;
  readonly reference: string;
  state: string;
  reason: string | null;
}

/** Harbour's records: what really happened. */
export interface HarbourRecords {
  readonly cards: Map<string, Card>;
  /** Holders, with the person's data from the application, which Harbour does not show again. */
  readonly holders: Map<string, Holder>;
  /** Amounts moved, in cents, one per effect. */
  readonly moved: number[];
  /** Cards by reveal key; each key works once. */
  readonly revealKeys: Map<string, string>;
}

/** The security code of every card. */
export const cvv = '908';
export const numberOf = ({ last4 }: Pick<Card, 'last4'>): string => `400000123456${last4}`;

const products = [
  { id: 'hp_gift', name: 'Gift card', network: 'VISA', currency: 'USD', forms: ['virtual'], open: true },
  { id: 'hp_staff', name: 'Staff card', network: 'VISA', currency: 'USD', forms: ['virtual', 'plastic'], open: true },
  { id: 'hp_old', name: 'Old card', network: 'VISA', currency: 'USD', forms: ['virtual'], open: false },
];

export function failure(status: number, code: string, detail: string, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify({ error: { code, detail } });
  return { kind: 'answer', status, body, headers: { 'content-type': 'application/problem+json', ...headers } };
}

/** Answers one authenticated request by the rules. */
export function routed(records: HarbourRecords, request: SeenRequest): Reply {
  const url = new URL(request.path, 'http://harbour');
  const [, , collection = '', id = '', part = ''] = url.pathname.split('/');
  const sent = JSON.parse(request.body || '{}') as Record<string, unknown>;
  switch (`${request.method} ${collection}`) {
    case 'GET products':
      return listed(products, url.searchParams);
    case 'POST transfers':
      return transferred(records, sent);
    case 'GET reveal':
      return revealed(records, String(request.headers['harbour-reveal-key'] ?? ''));
    default:
      if (collection === 'holders') return ofHolders(records, request.method, id, url.searchParams, sent);
      return id === ''
        ? ofCards(records, request.method, url.searchParams, sent)
        : ofCard(records, `${request.method} ${part}`, id, sent);
  }
}

function transferred({ moved }: HarbourRecords, sent: Record<string, unknown>): Reply {
  const cents = Math.round(Number(sent['amount']) * 100);
  if (cents > 100_000) return failure(422, 'too_much', 'more than may be moved at once');
  moved.push(cents);
  return json({ id: `ht_${randomBytes(6).toString('hex')}`, reference: sent['reference'], state: 'done' }, 201);
}

function ofHolders(
  { holders }: HarbourRecords,
  method: string,
  id: string,
  query: URLSearchParams,
  sent: Record<string, unknown>,
): Reply {
  if (method === 'POST') {
    const name = (sent['name'] ?? {}) as Record<string, unknown>;
    if (typeof name['given'] !== 'string' || typeof sent['born'] !== 'string') {
      return failure(422, 'no_person', 'a name and a date of birth are needed');
    }
    const holder = {
      id: `hh_${String(holders.size + 1).padStart(4, '0')}`,
      reference: String(sent['reference']),
      state: 'checking',
      reason: null,
    };
    holders.set(holder.id, holder);
    return json(holder, 201);
  }
  if (id === '') return listed([...holders.values()], query);
  const holder = holders.get(id);
  return holder === undefined ? failure(404, 'no_such_holder', `there is no holder ${id}`) : json(holder);
}

function ofCards(
  records: HarbourRecords,
  method: string,
  query: URLSearchParams,
  sent: Record<string, unknown>,
): Reply {
  const { cards, holders } = records;
  if (method === 'GET') return listed([...cards.values()], query);
  if (method !== 'POST') return failure(405, 'method_not_allowed', method);
  const holder = typeof sent['holder'] === 'string' ? sent['holder'] : null;
  if (holder !== null && holders.get(holder)?.state === 'rejected') return failure(422, 'holder_rejected', holder);
  const number = String(cards.size + 1).padStart(4, '0');
  const card: Card = {
    id: `hc_${number}`,
    reference: String(sent['reference']),
    product: String(sent['product']),
    holder,
    form: sent['form'] === 'plastic' ? 'plastic' : 'virtual',
    last4: number,
    state: 'active',
  };
  cards.set(card.id, card);
  return json(card, 201);
}

function ofCard(records: HarbourRecords, act: string, id: string, sent: Record<string, unknown>): Reply {
  const card = records.cards.get(id);
  if (card === undefined) return failure(404, 'no_such_card', `there is no card ${id}`);
  switch (act) {
    case 'GET ':
      return json(card);
    case 'PUT state':
      if (card.state === 'closed') return failure(409, 'card_closed', 'a closed card stays closed');
      card.state = String(sent['state']);
      return json(card);
    case 'PATCH ': {
      const pin = String(sent['pin']);
      return /^\d{4}$/.test(pin) ? json(card) : failure(422, 'weak_pin', `not this: ${pin}`);
    }
    case 'DELETE ':
      card.state = 'closed';
      return { kind: 'answer', status: 204, body: '' };
    case 'POST reveals': {
      const key = `rk_${randomBytes(12).toString('hex')}`;
      records.revealKeys.set(key, id);
      return json({ key, expires_in: 30 }, 201);
    }
    default:
      return failure(405, 'method_not_allowed', act);
  }
}

function revealed({ cards, revealKeys }: HarbourRecords, key: string): Reply {
  const card = cards.get(revealKeys.get(key) ?? '');
  if (card === undefined || !revealKeys.delete(key)) return failure(410, 'key_used', 'this key opens nothing');
  return json({ card: card.id, number: numberOf(card), cvv, expiry: { month: '09', year: '2031' } });
}

function listed(all: readonly object[], query: URLSearchParams): Reply {
  const reference = query.get('reference');
  const found = all.filter((row) => reference === null || ('reference' in row && row.reference === reference));
  const from = Number(query.get('after') ?? 0);
  const to = from + Number(query.get('limit') ?? 2);
  return json({ data: found.slice(from, to), next: to < found.length ? String(to) : null });
}
