import type { Command, Terminal } from './command.ts';

const filter = {
  types: { value: '<type,type>', about: "Only these: 'card.*' for a kind, card.activated for a type; default all." },
  account: { value: '<account>', about: 'Only events of this provider account.' },
} as const;
const after = {
  value: '<cursor>',
  about: 'From where: the cursor of an event, oldest, or latest; default latest, which is from now on.',
} as const;
const key = 'the API key in GATEWAY_API_KEY, or the file GATEWAY_API_KEY_FILE, of the gateway at GATEWAY_URL';
const access =
  `It reads GET /v1/events with ${key}.\n` +
  'The key needs events:read, and shows events of what it may read. Ctrl-C ends it, and shows where to go on.';

/** The commands that read and post events. They are clients of the API, and need no database. */
export const eventCommands = (terminal: Terminal): readonly Command[] => [
  {
    words: 'events tail',
    about: 'Shows events as they happen, one a line, until it is interrupted.',
    options: {
      ...filter,
      subject: { value: '<id>', about: 'Only events of this card, cardholder, operation, ….' },
      after,
      json: { about: 'Each event whole, as one line of JSON.' },
    },
    notes: access,
    isClient: true,
    // The client is loaded only by the commands that need it.
    run: async (given) => (await import('./events.ts')).tail(terminal, given),
  },
  {
    words: 'events listen',
    about: 'Posts events to a service on your machine, signed as a destination gets them, until it is interrupted.',
    options: {
      'forward-to': { value: '<url>', about: 'Where to, e.g. http://localhost:3000/hooks.', isNeeded: true },
      ...filter,
      after,
      secret: { value: '<whsec_…>', about: 'Signs with this one; default a new one, which is shown.' },
    },
    notes:
      'Nothing has to be configured at the gateway. Each event is posted once, and the next when it is answered: what your\n' +
      `service did not accept is shown with the cursor to start again from.\n${access}`,
    isClient: true,
    run: async (given) => (await import('./events.ts')).listen(terminal, given),
  },
  {
    words: 'events replay',
    argument: '<destination id>',
    about: 'Posts events of the past once more to a destination.',
    options: {
      after: {
        value: '<time>',
        about: 'Events from then on: 2h (ago), 2027-01-31, 2027-01-31T12:00:00Z.',
        isNeeded: true,
      },
      before: { value: '<time>', about: 'Events before then; default all until now.' },
      types: { value: '<type,type>', about: 'Of the types that it gets, only these.' },
      'only-failed': { about: 'Only those that did not get through yet, which are then tried at once.' },
    },
    notes: `It calls POST /v1/event-destinations/{id}/replay with ${key}.\nThe key needs events:manage, and the scopes of the destination.`,
    isClient: true,
    run: async (given) => (await import('./events.ts')).replay(terminal, given),
  },
];
