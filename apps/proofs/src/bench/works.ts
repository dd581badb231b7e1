import { createHmac, randomUUID } from 'node:crypto';
import { type Answer, requestText } from './connection.ts';
import { cardRefOfRow } from './fill.ts';
import type { AccountName, Merchant } from './installation.ts';
import type { Target, TargetName } from './target.ts';

/** The measurements; `--only` takes these names. */
export const workNames = [
  'read',
  'list',
  'walk',
  'operation',
  'issue',
  'issue-20',
  'change',
  'bind',
  'callback',
] as const;
export type WorkName = (typeof workNames)[number];

/** The rivals of each kind of work. */
export const rivalsOf: Readonly<Record<WorkName, readonly TargetName[]>> = {
  read: ['b', 'bare'],
  list: ['b'],
  walk: ['b'],
  operation: ['b2'],
  issue: ['quiet', 'b', 'b2'],
  'issue-20': ['b', 'b2'],
  change: ['quiet', 'b', 'b2'],
  bind: ['b', 'b2'],
  callback: ['quiet', 'b'],
};

/** Where the effects of a request are counted after each measurement. */
export const effectOf: Readonly<Record<WorkName, 'provider' | 'callbacks' | null>> = {
  read: null,
  list: null,
  walk: null,
  operation: null,
  issue: 'provider',
  'issue-20': 'provider',
  change: 'provider',
  bind: 'provider',
  callback: 'callbacks',
};

/** A sequence of requests of one kind to one service. */
export interface Work {
  next(): Request;
}

export interface Request {
  readonly text: string;
  /** Whether the answer has the right status and resource, and no id that another request received. */
  isRight(answer: Answer): boolean;
}

interface Resource {
  readonly id: string;
  readonly status: string;
  readonly providerRef?: string | null;
}

const json = ({ body }: Answer): unknown => JSON.parse(body.toString());

/** A scattered order of `count` things, the same for every service. */
const scattered = (turn: number, count: number): number => (turn * 2_654_435_761) % count;

/** The requests of a kind to a service. They continue from round to round. */
export function workAt(name: WorkName, target: Target, merchant: Merchant): Work {
  let turn = 0;
  const counted = (make: (turn: number) => Request): Work => ({ next: () => make(turn++) });
  switch (name) {
    case 'read':
      return counted((n) => read(target, n));
    case 'list':
      return counted(lists(target));
    case 'walk':
      return counted((n) => walk(target, n));
    case 'operation':
      return counted((n) => operation(target, n));
    case 'issue':
      return counted(orders(target, 'keysecure'));
    case 'issue-20':
      return counted(orders(target, 'keysecure-20'));
    case 'change':
      return counted((n) => change(target, n));
    case 'bind':
      return counted(bindings(target));
    case 'callback':
      return counted((n) => callback(target, merchant, n));
  }
}

/** Rows of the second half are never changed. */
const readRow = ({ rows: { count } }: Target, turn: number): number => {
  const half = Math.floor(count / 2);
  return half + 1 + scattered(turn, count - half);
};

function read(target: Target, turn: number): Request {
  const id = target.cardId(readRow(target, turn));
  return {
    text: requestText('GET', `/v1/cards/${id}`, target.headers),
    isRight: (answer) => {
      if (answer.status !== 200) return false;
      const card = json(answer) as Resource;
      return card.id === id && card.status === 'active';
    },
  };
}

const pageLength = 50;
const pages = 64;

/** A page of cards that were created up to that of a row, which is its newest. */
const pageText = ({ rows: { since }, headers }: Target, newest: number): string =>
  requestText(
    'GET',
    `/v1/cards?limit=${pageLength}&createdBefore=${new Date(since + newest + 1).toISOString()}`,
    headers,
  );

/** Rows of the second half whose page is in it, too. */
const newestRows = ({ rows: { count } }: Target): { first: number; number: number } => {
  const first = Math.floor(count / 2) + pageLength;
  return { first, number: count - first };
};

/** The same pages in turn. */
function lists(target: Target): (turn: number) => Request {
  /** Verified pages. Their rows never change, so later answers must be identical. */
  const known = new Map<number, Buffer>();
  const { first, number } = newestRows(target);
  return (turn) => {
    const newest = first + Math.floor((number * scattered(turn, pages)) / pages);
    return {
      text: pageText(target, newest),
      isRight: (answer) => {
        const seen = known.get(newest);
        if (seen !== undefined) return answer.status === 200 && seen.equals(answer.body);
        const ids = (json(answer) as { data?: Resource[] }).data?.map(({ id }) => id) ?? [];
        const isRight = ids.length === pageLength && ids.every((id, index) => id === target.cardId(newest - index));
        if (isRight) known.set(newest, answer.body);
        return isRight && answer.status === 200;
      },
    };
  };
}

/** Another page each time: thousands lie between two that are the same. */
function walk(target: Target, turn: number): Request {
  const { first, number } = newestRows(target);
  const newest = first + scattered(turn, number);
  return {
    text: pageText(target, newest),
    isRight: ({ status, body }) => {
      let at = 0;
      for (let row = newest; row > newest - pageLength && at >= 0; row -= 1) at = body.indexOf(target.cardId(row), at);
      return status === 200 && at >= 0 && body.indexOf('"id":"card_', at) < 0;
    },
  };
}

function operation(target: Target, turn: number): Request {
  const id = target.operationId(readRow(target, turn));
  return {
    text: requestText('GET', `/v1/operations/${id}`, target.headers),
    isRight: (answer) => {
      if (answer.status !== 200) return false;
      const shown = json(answer) as { id: string; outcome: string };
      return shown.id === id && shown.outcome === 'succeeded';
    },
  };
}

const writeHeaders = ({ headers }: Target): Record<string, string> => ({ ...headers, 'idempotency-key': randomUUID() });

function orders(target: Target, account: AccountName): () => Request {
  const ids = new Set<string>();
  const providerRefs = new Set<string>();
  return () => ({
    text: requestText('POST', '/v1/cards', writeHeaders(target), {
      account,
      ...target.orders[account],
      form: 'virtual',
    }),
    isRight: (answer) => {
      if (answer.status !== 201) return false;
      const { id, status, providerRef } = json(answer) as Resource;
      return status === 'pending' && isNew(ids, id) && isNew(providerRefs, providerRef);
    },
  });
}

function isNew(seen: Set<string>, one: string | null | undefined): boolean {
  if (one === null || one === undefined || seen.has(one)) return false;
  seen.add(one);
  return true;
}

/** Freezes the cards of the first quarter in turn, then unfreezes them, and so on. */
function change(target: Target, turn: number): Request {
  const count = Math.floor(target.rows.count / 4);
  const freezes = Math.floor(turn / count) % 2 === 0;
  const id = target.cardId(1 + (turn % count));
  return {
    text: requestText('POST', `/v1/cards/${id}/${freezes ? 'freeze' : 'unfreeze'}`, writeHeaders(target)),
    isRight: (answer) => {
      if (answer.status !== 200) return false;
      const card = json(answer) as Resource;
      return card.id === id && card.status === (freezes ? 'frozen' : 'active');
    },
  };
}

/** Each with its own user and phone, because SMS are limited. */
function bindings(target: Target): (turn: number) => Request {
  const ids = new Set<string>();
  return (turn) => {
    const number = String(turn).padStart(9, '0');
    const order = {
      account: 'yixin',
      user: `user-${number}`,
      cardNumber: `6217000${number}`,
      phone: `13${number}`,
      purpose: 'loan',
      userIp: '203.0.113.7',
    };
    return {
      text: requestText('POST', '/v1/bindings', writeHeaders(target), order),
      isRight: (answer) => {
        if (answer.status !== 201) return false;
        const { id, status } = json(answer) as Resource;
        return status === 'awaiting_code' && isNew(ids, id);
      },
    };
  };
}

/** Status changes of the cards of the second quarter (keysecure.md §4.2, §11.3). */
function callback(target: Target, { apiKey, apiSecret }: Merchant, turn: number): Request {
  const quarter = Math.floor(target.rows.count / 4);
  const time = new Date().getTime();
  const data = {
    after_status: 'Activated',
    before_status: 'ToActivate',
    card_no: cardRefOfRow(quarter + 1 + (turn % quarter)),
    reason: `bench ${turn}`,
    time,
  };
  const timestamp = String(time);
  const members = { ...data, appId: apiKey, timestamp };
  const signed = Object.entries(members)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const headers = {
    timestamp,
    signature: createHmac('sha256', apiSecret).update(signed.join('&')).digest('hex'),
    'sign-version': 'V1',
    timezone: 'UTC+8',
  };
  return {
    text: requestText('POST', '/callbacks/keysecure', headers, { id: String(turn), action: 'Card_update', data }),
    isRight: (answer) => answer.status === 200 && (json(answer) as { code: number }).code === 0,
  };
}
