import type { FastifyInstance } from 'fastify';
import { mount } from '../http/route.ts';
import { createKeyBulkhead } from '../key-bulkhead.ts';
import type { Services } from '../services.ts';
import * as change from './change-destination.ts';
import { pingDestination, pingsAtOnce, pingsOfKeyAtOnce } from './ping.ts';
import * as read from './read-destinations.ts';
import { replayEvents, resendEvent } from './replay.ts';

export function destinationRoutes(app: FastifyInstance, services: Services): void {
  const pings = createKeyBulkhead(pingsAtOnce, pingsOfKeyAtOnce);
  mount(app, 'createEventDestination', (call) => change.createDestination(services, call, call.body));
  mount(app, 'listEventDestinations', ({ caller, query }) => read.readDestinations(services, caller, query));
  mount(app, 'getEventDestination', ({ caller, params }) => read.readDestination(services, caller, params.id));
  mount(app, 'updateEventDestination', (call) => change.updateDestination(services, call, call.params.id, call.body));
  mount(app, 'deleteEventDestination', (call) => change.deleteDestination(services, call, call.params.id));
  mount(app, 'enableEventDestination', (call) => change.enableDestination(services, call, call.params.id));
  mount(app, 'disableEventDestination', (call) => change.disableDestination(services, call, call.params.id));
  mount(app, 'rotateEventDestinationSecret', (call) => change.rotateSecret(services, call, call.params.id));
  mount(app, 'pingEventDestination', (call) => pingDestination(services, pings, call, call.params.id));
  mount(app, 'replayEvents', (call) => replayEvents(services, call, call.params.id, call.body));
  mount(app, 'listDestinationDeliveries', ({ caller, params, query }) =>
    read.readDestinationDeliveries(services, caller, params.id, query),
  );
  mount(app, 'listEventDeliveries', ({ caller, params, query }) =>
    read.readEventDeliveries(services, caller, params.id, query),
  );
  mount(app, 'resendEvent', (call) => resendEvent(services, call, call.params.id, call.body.destination));
}
