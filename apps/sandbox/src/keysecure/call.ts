import { Refused } from './codes.ts';
import type { Merchant, World } from './state.ts';

export interface Call {
  world: World;
  merchant: Merchant;
  fields: Record<string, unknown>;
  /** The order number in the path, if there is one. */
  pathNo: string;
  /** Minutes east of UTC, from the Timezone header. */
  zoneMinutes: number;
}

const blank = (value: unknown) => value === undefined || value === null || value === '';

export function requiredText(call: Call, name: string, maxLength = Number.POSITIVE_INFINITY): string {
  const value = call.fields[name];
  if (blank(value)) throw new Refused(1004, `${name} must not be blank`);
  if (typeof value !== 'string') throw new Refused(1004, `${name} must be a string`);
  if (value.length > maxLength) throw new Refused(1004, `${name} must not exceed ${maxLength} characters`);
  return value;
}

/** An empty string counts as absent: the published create sample sends `"cardholder_no":""` (keysecure.md §6.2). */
export function optionalText(call: Call, name: string): string | undefined {
  return blank(call.fields[name]) ? undefined : requiredText(call, name);
}

export function oneOf<T extends string>(call: Call, name: string, values: readonly T[]): T {
  const value = requiredText(call, name);
  const found = values.find((one) => one === value);
  if (found === undefined) throw new Refused(1004, `${name} must be one of ${values.join(', ')}`);
  return found;
}

export interface PageNumbers {
  /** The first row. */
  from: number;
  size: number;
}

/** keysecure.md §7: zero-based, ten by default, a hundred at most. */
export function numbersOf(call: Call): PageNumbers {
  const whole = (name: string, fallback: number, from: number, to: number) => {
    const value = call.fields[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
      throw new Refused(1004, `${name} must be a number from ${from}${Number.isFinite(to) ? ` to ${to}` : ''}`);
    }
    return value;
  };
  const page = whole('page', 0, 0, Number.POSITIVE_INFINITY);
  const size = whole('size', 10, 1, 100);
  return { from: page * Math.max(1, size - call.world.config.repeatedRows), size };
}

/** Only the list: no total, no next marker. */
export function pageOf<T>({ from, size }: PageNumbers, all: readonly T[]): { list: T[] } {
  return { list: all.slice(from, from + size) };
}

export interface Window {
  from: number;
  to: number;
}

const day = 24 * 60 * 60 * 1000;

/**
 * keysecure.md §7. Whether the end is included is not stated, so the sandbox uses the narrow reading: the window is [from, to),
 * and a bare day is its first instant. A caller that relies on the wide reading misses rows here.
 */
export function windowOf(call: Call): Window {
  const from = instantOf(requiredText(call, 'start_time'), 'start_time', call.zoneMinutes);
  const to = instantOf(requiredText(call, 'end_time'), 'end_time', call.zoneMinutes);
  if (to < from) throw new Refused(1019);
  if (to - from > 90 * day) throw new Refused(1020);
  return { from, to };
}

export const within = ({ from, to }: Window, moment: number) => moment >= from && moment < to;

function instantOf(value: string, name: string, zoneMinutes: number): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2}))?$/.exec(value);
  const iso = `${match?.[1] ?? ''}T${match?.[2] ?? '00:00:00'}Z`;
  const asUtc = match === null ? Number.NaN : Date.parse(iso);
  // Date.parse turns February 30 into March 2: the result must match the input.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 19) !== iso.slice(0, 19)) {
    throw new Refused(1004, `${name} must be yyyy-MM-dd or yyyy-MM-dd HH:mm:ss`);
  }
  return asUtc - zoneMinutes * 60_000;
}

/** keysecure.md §2.3: the window is (now − 60 s, now]; one millisecond in the future is too much. */
export function isFresh(timestamp: string, now: number): boolean {
  return /^\d{13}$/.test(timestamp) && Number(timestamp) <= now && Number(timestamp) > now - 60_000;
}

/** keysecure.md §2.1: `UTC+8` if the header is absent. */
export function zoneOf(header: string): number {
  if (header === '') return 8 * 60;
  const match = /^UTC(?:([+-])(\d{1,2})(?::(\d{2}))?)?$/.exec(header);
  if (match === null) throw new Refused(1004, 'Timezone header must look like UTC+8');
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -minutes : minutes;
}
