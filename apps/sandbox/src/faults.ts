import { z } from 'zod';

/** Possible faults. "Work" is the real effect: a card issued, an SMS sent, as recorded in the ledger. */
export const faultNames = [
  'refuse', // no work; a refusal in the provider's own words
  'hang', // no work; accepted and never answered
  'reset', // no work; the connection is reset
  'bad_gateway', // no work; 502 with HTML, as a proxy in front would answer
  'work_then_hang',
  'work_then_reset',
  'work_then_bad_gateway',
  'truncated', // work; the first half of the answer, well-formed HTTP
  'unlisted_code', // work; the provider's envelope with a code that no document lists
  'drip', // work; the answer arrives one byte every 200 ms
  'not_json', // work; 200 and application/json, but the body is no JSON
] as const;
export type FaultName = (typeof faultNames)[number];

const faultSchema = z.strictObject({
  provider: z.string(),
  /** The operation's name on the wire, e.g. `card/apply`, `cardList`; `*` stands for all of that provider. */
  operation: z.string().min(1),
  fault: z.enum(faultNames),
  /** Number of requests to affect; 0 means until cleared. */
  times: z.int().min(0).default(1),
  /** Number of matching requests to let pass first. */
  after: z.int().min(0).default(0),
  /** For `refuse` and `unlisted_code`: replaces the provider's default. */
  code: z.union([z.string(), z.number()]).optional(),
  message: z.string().optional(),
});
export type Fault = z.input<typeof faultSchema>;
export type ScriptedFault = z.output<typeof faultSchema> & { hits: number };

export interface Faults {
  /** Throws a ZodError if it is not a fault, or its provider is not simulated. */
  add(fault: unknown): void;
  list(): ScriptedFault[];
  clear(): void;
  /** The fault for this request, if any; counts it. */
  take(provider: string, operation: string): ScriptedFault | undefined;
}

export function createFaults(providers: readonly string[]): Faults {
  const schema = faultSchema.extend({ provider: z.enum(providers) });
  let scripted: { fault: ScriptedFault; skip: number }[] = [];
  return {
    add(input) {
      const fault = { ...schema.parse(input), hits: 0 };
      scripted.push({ fault, skip: fault.after });
    },
    list: () => scripted.map(({ fault }) => ({ ...fault })),
    clear() {
      scripted = [];
    },
    take(provider, operation) {
      for (const entry of scripted) {
        const { fault } = entry;
        if (fault.provider !== provider || (fault.operation !== '*' && fault.operation !== operation)) continue;
        if (fault.times > 0 && fault.hits >= fault.times) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        fault.hits += 1;
        return fault;
      }
      return undefined;
    },
  };
}
