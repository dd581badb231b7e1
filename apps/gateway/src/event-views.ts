import type { EventKind } from '@card-gateway/contract';
import type { Pool } from 'pg';

/** A subject as its GET shows it. */
export type EventData = Readonly<Record<string, unknown>>;

/**
 * The views of subjects as they were.
 *
 * @param images a JSON array of rows of the type `<kind>_image`, as `events.image` has them
 * @returns one for each image, in their order; null for what cannot be shown
 */
export type ViewImages = (pool: Pool, images: string) => Promise<readonly (EventData | null)[]>;

/** How each kind of subject is shown. Events of a kind that is not here, which a newer gateway has written, have no data. */
export type EventViews = Readonly<Partial<Record<EventKind, ViewImages>>>;
