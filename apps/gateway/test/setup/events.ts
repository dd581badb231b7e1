import { eventViews } from '../../src/app.ts';
import { readEvents } from '../../src/events/read-events.ts';
import { sightOf } from '../../src/events/sight.ts';
import type { TestGateway } from './gateway.ts';
import { until } from './until.ts';

export type Event = Awaited<ReturnType<typeof readEvents>>['events'][number]['event'];

/** All events of the tenant `default`, after the sequencer has seen all that is committed. */
export async function allEvents({ pool, services }: TestGateway): Promise<readonly Event[]> {
  const { rows } = await pool.query<{ last: string }>('SELECT max(number) AS last FROM events');
  await until(
    () => pool.query<{ last: string }>('SELECT max(highest) AS last FROM event_runs'),
    (sequenced) => Number(sequenced.rows[0]?.last) >= Number(rows[0]?.last),
  );
  const filter = { tenant: 'default', sees: sightOf({ scopes: ['admin'] }), from: null, limit: 10_000 };
  const { events, next, end } = await readEvents(services, eventViews, filter);
  if (next !== end) throw new Error(`One page does not hold the ${end - 1} events.`);
  return events.map(({ event }) => event);
}
