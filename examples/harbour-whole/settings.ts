import { z } from 'zod';
import { harbourSettings as firstSettings } from '../harbour/packages/adapter-harbour/settings.ts';

/** One account at Harbour. */
export const harbourSettings = firstSettings.extend({
  programme: z
    .enum(['named', 'anonymous'])
    .default('named')
    .meta({ description: 'Whether cards have cardholders: "named", or gift cards that are issued to nobody.' }),
});

export type HarbourSettings = z.output<typeof harbourSettings>;
