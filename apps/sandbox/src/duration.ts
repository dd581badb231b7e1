import { z } from 'zod';

/** A setting in milliseconds. */
export const duration = z.int().min(0);
