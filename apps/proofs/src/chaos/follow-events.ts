import { setTimeout as wait } from 'node:timers/promises';
import { type Client, CursorExpired } from '@card-gateway/client';
import { fromPublicId } from '@card-gateway/core';
import type { DeliveryRow, ReceiverAdmin, Sandbox } from '@card-gateway/sandbox';
import type { DestinationFacts, Followed, FollowedEvent } from './event-log.ts';

/** Two who want every event of a tenant: a consumer that reads the feed, and a destination that often answers badly. */
export interface EventFollowers {
  /**
   * Resolves once both have these events, or have got none of them for a while: an event that comes again and again is nothing
   * new. The destination's answers are good from here on.
   *
   * @throws the signal's reason when it aborts
   */
  awaitAll(committed: readonly FollowedEvent[], signal: AbortSignal): Promise<void>;
  stop(): Promise<Omit<Followed, 'committed'>>;
}

/** Of all posts, so many are answered with 500, or not answered. */
const badShare = { fails: 0.1, hangs: 0.03 };
/** With nothing new for this long, what is still missing will not come: a killed owner of a destination is replaced within 7 s. */
const patienceMs = 10_000;

/** Creates a destination at the sandbox, where the receiver of this name verifies signatures. */
async function addDestination(
  client: Client,
  sandbox: Sandbox,
  name: string,
): Promise<{ readonly id: string; readonly receiver: ReceiverAdmin }> {
  const receiver = sandbox.admin.receiver(name);
  const url = `http://127.0.0.1:${sandbox.port}/events/${name}`;
  const { id, secret } = await client.createEventDestination({ body: { url } });
  receiver.configure({ secrets: [secret], keep: 'compact' });
  return { id, receiver };
}

/**
 * @param client whose calls reach whichever gateway listens
 * @param mayLose whether a failover may lose events: a reader that is told so begins anew
 */
export async function followEvents(client: Client, sandbox: Sandbox, mayLose: boolean): Promise<EventFollowers> {
  const { id, receiver } = await addDestination(client, sandbox, 'chaos');
  receiver.answer({ status: 500, share: badShare.fails });
  receiver.answer({ answer: 'hang', share: badShare.hangs });
  let read: FollowedEvent[] = [];
  let [restarts, failure]: [number, string | null] = [0, null];
  const stopping = new AbortController();
  async function readFrom(after: string | undefined): Promise<void> {
    try {
      for await (const event of client.events({ after, signal: stopping.signal })) {
        const { subject, subjectVersion: version, createdAt } = event;
        read.push({ subject, version, writtenAt: Date.parse(createdAt) });
      }
    } catch (error) {
      if (!mayLose || !(error instanceof CursorExpired)) throw error;
      read = [];
      restarts += 1;
      await readFrom(error.oldestCursor);
    }
  }
  const reading = readFrom(undefined).catch((error: unknown) => {
    failure = (error as Error).message;
  });

  return {
    awaitAll: async (committed, signal) => {
      receiver.clearAnswers();
      let hasRetried = false;
      let fewest = Infinity;
      for (
        let changedAt = performance.now();
        performance.now() - changedAt < patienceMs;
        await wait(50, undefined, { signal })
      ) {
        const accepted = postedOf(receiver.rows()).filter((post) => post.accepted);
        const missing = lacking(committed, read).length + lacking(committed, accepted).length;
        if (missing === 0) return;
        if (missing < fewest) changedAt = performance.now();
        fewest = Math.min(fewest, missing);
        if (hasRetried) continue;
        hasRetried = true;
        // Otherwise their next try could be minutes away. What fails is judged by what the destination lacks.
        const body = { after: '2026-01-01T00:00:00Z', onlyFailed: true } as const;
        await client.replayEvents({ params: { id }, body }).catch(() => {});
      }
    },
    stop: async () => {
      stopping.abort();
      await reading;
      return { read, restarts: mayLose ? restarts : null, failure, destination: factsOf(receiver) };
    },
  };
}

function factsOf(receiver: ReceiverAdmin): DestinationFacts {
  const { invalid, unchecked } = receiver.summary().verdicts;
  return { posted: postedOf(receiver.rows()), unsigned: invalid + unchecked };
}

/** What a receiver was posted, by the rows that it keeps. */
export const postedOf = (rows: readonly DeliveryRow[]): DestinationFacts['posted'] =>
  rows.map(({ id, subject, version, accepted }) => ({
    subject: subject ?? '',
    version: version ?? 0,
    writtenAt: timeIn(id),
    accepted,
  }));

/** When an event was written, by its id, which is a UUIDv7. */
function timeIn(id: string): number {
  const uuid = fromPublicId('event', id);
  return uuid === null ? Number.NaN : Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
}

/** The same for an event that was lost and for the one that was given its version later. */
export const versionOf = ({ subject, version }: Pick<FollowedEvent, 'subject' | 'version'>): string =>
  `${subject} version ${version}`;

export const nameOfEvent = (event: FollowedEvent): string => `${versionOf(event)} of ${event.writtenAt}`;

/** Those of the events that are not among these. */
export function lacking(committed: readonly FollowedEvent[], got: readonly FollowedEvent[]): string[] {
  const names = new Set(got.map(nameOfEvent));
  return committed.map(nameOfEvent).filter((name) => !names.has(name));
}
