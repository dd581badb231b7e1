import { type ProviderWire, providerWires } from './providers.ts';

/**
 * Where a gateway is killed, by what its connections show: around the commit of a record, and around each byte between it and a
 * provider.
 */
export type Point = DatabasePoint | ProviderPoint;

export interface DatabasePoint {
  readonly wire: 'database';
  /** What the transaction records: the intent of a write, its outcome, or a reveal. */
  readonly record: 'intent' | 'outcome' | 'reveal';
  readonly at: 'before the commit' | 'committed, unheard' | 'committed, heard';
}

export interface ProviderPoint {
  readonly wire: ProviderWire;
  readonly at:
    | 'before the first byte'
    | 'amid the request'
    | 'before the last byte'
    | 'request sent'
    | 'before the answer'
    | 'amid the answer'
    | 'answer heard';
  /** The byte's relative position, from 0 to 1, where it is one of many. */
  readonly share: number;
}

const aroundCommit = ['before the commit', 'committed, unheard', 'committed, heard'] as const;
const aroundCall = [
  'before the first byte',
  'amid the request',
  'before the last byte',
  'request sent',
  'before the answer',
  'amid the answer',
  'answer heard',
] as const;

/** Every named point once, each with a new `share`. */
export function allPoints(share: () => number): Point[] {
  return [
    ...(['intent', 'outcome', 'reveal'] as const).flatMap((record) =>
      aroundCommit.map((at): Point => ({ wire: 'database', record, at })),
    ),
    ...providerWires.flatMap((wire) => aroundCall.map((at): Point => ({ wire, at, share: share() }))),
  ];
}

/** A point's name in the table of counts. */
export function nameOf(point: Point): string {
  return point.wire === 'database' ? `${point.record}: ${point.at}` : `${point.wire}: ${point.at}`;
}
