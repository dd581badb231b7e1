import { type ProviderWire, providerWires } from './providers.ts';

/**
 * Where a gateway is killed, by what its wires show: around the commit of a record, and around each byte between it and
 * a provider.
 */
export type Point = DatabasePoint | ProviderPoint;

export interface DatabasePoint {
  readonly wire: 'database';
  /** What the transaction records: that a write is about to be sent, what became of it, or that a secret is about to be shown. */
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
  /** Which byte, where it is one amid others: 0 up to 1 of the way. */
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

/** Every named point once; `share` is drawn anew for each. */
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
