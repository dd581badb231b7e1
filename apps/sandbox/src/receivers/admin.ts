import { z } from 'zod';
import type { World } from '../world.ts';
import type { Scripted, ScriptedAnswer } from './answers.ts';
import type { EventDelivery, DeliveryRow } from './log.ts';
import type { ReceiverChange, ReceiverSummary } from './receivers.ts';
import { secretSchema } from './verdict.ts';

const changeSchema = z.strictObject({
  secrets: z.array(secretSchema).max(10).optional(),
  keep: z.enum(['full', 'compact']).optional(),
});

/** A receiver of events, at `/events/<name>`. */
export interface ReceiverAdmin {
  summary(): ReceiverSummary;
  /** The latest deliveries that were kept in full, in the order of their arrival. */
  deliveries(): EventDelivery[];
  /** The latest ones that were kept in compact form, in the order of their arrival. */
  rows(): DeliveryRow[];
  /** Throws a ZodError if a secret is none. */
  configure(change: ReceiverChange): void;
  /** Scripts an answer to coming deliveries, behind those scripted before. Throws a ZodError if it is none. */
  answer(how: ScriptedAnswer): void;
  /** The scripted answers, with the number of deliveries answered so. */
  answers(): Scripted[];
  clearAnswers(): void;
}

export function receiverAdmin({ receivers }: World, name: string): ReceiverAdmin {
  return {
    summary: () => receivers.summary(name),
    deliveries: () => receivers.deliveries(name),
    rows: () => receivers.rows(name),
    configure: (change) => receivers.configure(name, changeSchema.parse(change)),
    answer: (how) => receivers.answers(name).add(how),
    answers: () => receivers.answers(name).list(),
    clearAnswers: () => receivers.answers(name).clear(),
  };
}
