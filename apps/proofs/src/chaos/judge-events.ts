import type { EventFacts, ReadEvent } from './event-log.ts';
import type { Found } from './facts.ts';

/** Every change has its event, and a reader with a cursor gets each once, in an order in which no subject goes back. */
export function judgeEvents({ unmatched, log, reading }: EventFacts, found: Found): void {
  found['changes without their event, or events without their change'].push(...unmatched);
  judgeOrder('log', log, found);
  const gap = log.find(({ position }, index) => position !== index + 1);
  if (gap !== undefined) {
    found['events that a reader did not get'].push(`the log has a gap, or a second event, at position ${gap.position}`);
  }
  if (reading === null) return;
  const { committed, read } = reading;
  judgeOrder('reader', read, found);
  const got = new Map(read.map((event) => [event.number, event]));
  for (const number of committed) {
    if (!got.has(number)) found['events that a reader did not get'].push(`event ${number}`);
  }
  const kept = new Map(log.map((event) => [event.number, event]));
  for (const { number, position } of got.values()) {
    if (kept.get(number)?.position === position) continue;
    found['changes without their event, or events without their change'].push(
      `event ${number} was read at position ${position}, and has ${kept.get(number)?.position ?? 'none'}`,
    );
  }
}

function judgeOrder(where: string, events: readonly ReadEvent[], found: Found): void {
  const seen = new Set<number>();
  const versions = new Map<string, number>();
  for (const { number, subject, version } of events) {
    if (seen.has(number)) found['events that a reader got twice'].push(`event ${number} (${where})`);
    seen.add(number);
    const before = versions.get(subject) ?? 0;
    if (version <= before) {
      found['events of one subject out of order'].push(`${subject}: version ${version} after ${before} (${where})`);
    }
    versions.set(subject, version);
  }
}
