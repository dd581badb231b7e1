import type { DestinationFacts, EventFacts, FollowedEvent } from './event-log.ts';
import type { Found } from './facts.ts';
import { lacking, nameOfEvent, versionOf } from './follow-events.ts';

/**
 * Every change has its event; a reader with a cursor gets each once, in an order in which no subject goes back; a destination gets
 * each at least once, and none before it has accepted the one before of the same subject.
 *
 * Where a failover may lose events, the same holds of those that are left, and the reader has got no other since it was last told.
 */
export function judgeEvents({ unmatched, log, followed }: EventFacts, found: Found): void {
  found['changes without their event, or events without their change'].push(...unmatched);
  const gap = log.find(({ position }, index) => position !== index + 1);
  if (gap !== undefined) {
    found['events that a reader did not get'].push(`the log has a gap, or a second event, at position ${gap.position}`);
  }
  judgeOrder('log', log, found);
  if (followed === null) return;
  const { committed, read, restarts, failure, destination } = followed;
  const posted = restarts === null ? destination.posted : [];
  judgeOrder('reader', read, found);
  if (failure !== null) found['events that a reader did not get'].push(`the reader ended: ${failure}`);
  found['events that a reader did not get'].push(...lacking(committed, read));
  for (const name of lacking([...read, ...posted], log)) {
    found['changes without their event, or events without their change'].push(
      `${name} was sent, and is not in the log`,
    );
  }
  const { lost, disordered, unsigned } = faultsOf(committed, destination);
  found['events that a destination did not get'].push(...lost);
  found['events of one subject out of order'].push(
    ...disordered.map((name) => `${name} was posted before the one before it was accepted`),
  );
  if (unsigned > 0) found['posts without a valid signature'].push(`${unsigned} posts`);
}

function judgeOrder(where: string, events: readonly FollowedEvent[], found: Found): void {
  const seen = new Set<string>();
  const versions = new Map<string, number>();
  for (const event of events) {
    const { subject, version } = event;
    const name = versionOf(event);
    if (seen.has(name)) found['events that a reader got twice'].push(`${name} (${where})`);
    seen.add(name);
    const before = versions.get(subject) ?? 0;
    if (version < before) found['events of one subject out of order'].push(`${name} after ${before} (${where})`);
    versions.set(subject, version);
  }
}

export interface DestinationFaults {
  /** Events that it did not accept. */
  readonly lost: readonly string[];
  /** Posts before the event before of the same subject was accepted. */
  readonly disordered: readonly string[];
  readonly unsigned: number;
}

/** @param expected what the destination is to get */
export function faultsOf(
  expected: readonly FollowedEvent[],
  { posted, unsigned }: DestinationFacts,
): DestinationFaults {
  const names = new Map(expected.map((event) => [versionOf(event), nameOfEvent(event)]));
  const accepted = new Set<string>();
  const disordered: string[] = [];
  for (const event of posted) {
    const { subject, version } = event;
    const name = nameOfEvent(event);
    const before = names.get(versionOf({ subject, version: version - 1 }));
    const isExpected = names.get(versionOf(event)) === name;
    if (isExpected && before !== undefined && !accepted.has(before)) disordered.push(name);
    if (event.accepted) accepted.add(name);
  }
  return { lost: expected.map(nameOfEvent).filter((name) => !accepted.has(name)), disordered, unsigned };
}
