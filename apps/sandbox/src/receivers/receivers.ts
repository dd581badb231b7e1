import { NotFound } from '../admin-lists.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../synthetic.ts';
import { createAnswers, type Answers, type Scripted } from './answers.ts';
import { createKnown, createLog, type EventDelivery, type DeliveryRow, usualBounds } from './log.ts';
import { type Verdict, verdictOn } from './verdict.ts';

/** A POST to a receiver. */
export interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `compact` keeps a `DeliveryRow` of each delivery, and of many more of them. */
export type Keep = 'full' | 'compact';

/** What a receiver was sent since the start of the sandbox, or its last reset. */
export interface ReceiverSummary {
  readonly name: string;
  readonly keep: Keep;
  /** How many secrets it has been told. */
  readonly secrets: number;
  readonly deliveries: number;
  /** Distinct values of `webhook-id`. */
  readonly events: number;
  /** Deliveries whose `webhook-id` had been delivered before. */
  readonly duplicates: number;
  /** Deliveries with a smaller `subjectVersion` than the subject had in an earlier one. */
  readonly inversions: number;
  /** Deliveries answered with 2xx, in an ordinary way. */
  readonly accepted: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

type Counts = Omit<ReceiverSummary, 'name' | 'keep' | 'secrets'>;
interface Receiver {
  readonly answers: Answers;
  keep: Keep;
  secrets: readonly string[];
  counts: { -readonly [Name in keyof Counts]: Counts[Name] };
}

export interface ReceiverChange {
  /** Replaces those that it was told before. */
  secrets?: readonly string[] | undefined;
  keep?: Keep | undefined;
}

/** The secrets, by the receiver's name. */
export type ReceiversSnapshot = Record<string, readonly string[]>;

const mostReceivers = 100;
const noCounts = (): Counts => ({
  deliveries: 0,
  events: 0,
  duplicates: 0,
  inversions: 0,
  accepted: 0,
  verdicts: { valid: 0, invalid: 0, unchecked: 0 },
});

/** Receivers of a gateway's events. Each has a name, and exists as soon as the name is mentioned. */
export type Receivers = ReturnType<typeof createReceivers>;

export function createReceivers(clock: Clock, random: () => Random, changed: () => void, bounds = usualBounds) {
  const log = createLog(bounds);
  const ids = createKnown<true>(bounds.known);
  const versions = createKnown<number>(bounds.known);
  const receivers = new Map<string, Receiver>();

  function named(name: string): Receiver {
    const known = receivers.get(name);
    if (known !== undefined) return known;
    if (receivers.size >= mostReceivers) throw new NotFound(`There are ${mostReceivers} receivers already.`);
    const fresh: Receiver = { answers: createAnswers(clock, random), keep: 'full', secrets: [], counts: noCounts() };
    receivers.set(name, fresh);
    return fresh;
  }

  return {
    /** Takes a delivery, and says how to answer it; by default with 204. */
    deliver(name: string, { headers, body }: Posted): Scripted | undefined {
      const { answers, secrets, keep, counts } = named(name);
      const { subject, version, type } = parsed(body);
      const id = headers['webhook-id'] ?? '';
      const duplicate = id !== '' && ids.get(name, id) === true;
      const before = (subject !== null ? versions.get(name, subject) : undefined) ?? 0;
      const inversion = version !== null && version < before;
      const { verdict, why } = verdictOn(secrets, headers, body);
      const scripted = answers.take(subject);
      const { answer = 'status', status = 204 } = scripted ?? {};
      const accepted = answer === 'status' && status < 300;

      if (id !== '') ids.set(name, id, true);
      if (subject !== null && version !== null) versions.set(name, subject, Math.max(version, before));
      counts.deliveries += 1;
      if (!duplicate) counts.events += 1;
      else counts.duplicates += 1;
      if (inversion) counts.inversions += 1;
      if (accepted) counts.accepted += 1;
      counts.verdicts = { ...counts.verdicts, [verdict]: counts.verdicts[verdict] + 1 };
      const row = { at: new Date(clock.now()).toISOString(), id, subject, version, accepted };
      if (keep === 'compact') log.addRow(name, row);
      else log.add(name, { ...row, type, verdict, why, duplicate, inversion, answer, status, headers, body });
      changed();
      return scripted;
    },
    names: () => [...receivers.keys()],
    hasRoomFor: (name: string) => receivers.has(name) || receivers.size < mostReceivers,
    summary(name: string): ReceiverSummary {
      const { keep, secrets, counts } = named(name);
      return { name, keep, secrets: secrets.length, ...counts };
    },
    /** Those kept in full, in the order of their arrival. */
    deliveries: (name: string): EventDelivery[] => log.deliveries(name),
    /** Those kept in compact form, in the order of their arrival. */
    rows: (name: string): DeliveryRow[] => log.rows(name),
    configure(name: string, { secrets, keep }: ReceiverChange): void {
      const receiver = named(name);
      if (secrets !== undefined) receiver.secrets = [...secrets];
      if (keep !== undefined) receiver.keep = keep;
    },
    answers: (name: string): Answers => named(name).answers,
    /** Forgets all but the secrets, since a gateway keeps its own. */
    reset(): void {
      log.clear();
      ids.clear();
      versions.clear();
      for (const receiver of receivers.values()) {
        receiver.answers.clear();
        receiver.keep = 'full';
        receiver.counts = noCounts();
      }
    },
    snapshot: (): ReceiversSnapshot =>
      Object.fromEntries(
        [...receivers].flatMap(([name, { secrets }]) => (secrets.length === 0 ? [] : [[name, secrets]])),
      ),
    restore(saved: ReceiversSnapshot): void {
      for (const [name, secrets] of Object.entries(saved)) named(name).secrets = [...secrets];
    },
  };
}

function parsed(body: string): { subject: string | null; version: number | null; type: string | null } {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    event = null;
  }
  const { subject, subjectVersion, type } = (event ?? {}) as Record<string, unknown>;
  return {
    subject: typeof subject === 'string' ? subject : null,
    version: typeof subjectVersion === 'number' ? subjectVersion : null,
    type: typeof type === 'string' ? type : null,
  };
}
