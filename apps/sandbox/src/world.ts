import { randomInt } from 'node:crypto';
import { createCallbacks, type Callbacks } from './callbacks/callbacks.ts';
import { createClock, type Clock, type ClockSnapshot } from './clock.ts';
import type { Config } from './config.ts';
import { createFaults, type Faults } from './faults.ts';
import { createJournal, type Journal, type JournalSnapshot } from './journal.ts';
import { restoreKeysecure, snapshotKeysecure, type KeysecureSnapshot } from './keysecure/snapshot.ts';
import { createKeysecure, type Keysecure } from './keysecure/state.ts';
import { createOnerway, restoreOnerway, type Onerway } from './onerway/tokens.ts';
import { createOpenApi, restoreOpenApi, type OpenApi } from './open-api/state.ts';
import { createRandom, type Random } from './synthetic.ts';
import { createTimers, type Timers } from './timers.ts';
import { createYixin, restoreYixin, snapshotYixin, type Yixin, type YixinSnapshot } from './yixin/state.ts';

/** Everything the sandbox remembers. `reset` brings back the first moment. */
export interface World {
  config: Config;
  clock: Clock;
  faults: Faults;
  journal: Journal;
  timers: Timers;
  callbacks: Callbacks;
  /** Of tokens and codes that nobody has to recognise later. */
  random: Random;
  openApi: OpenApi;
  keysecure: Keysecure;
  onerway: Onerway;
  yixin: Yixin;
  reset(): void;
  /** What outlives a restart, as JSON can hold it. Not the faults, and not the counts of requests. */
  snapshot(): Snapshot;
  /** Throws when `saved` is not what `snapshot` gave. */
  restore(saved: Snapshot): void;
  /** Called after each request that may have changed something. */
  changed(): void;
}

export interface Snapshot {
  clock: ClockSnapshot;
  journal: JournalSnapshot;
  openApi: OpenApi;
  keysecure: KeysecureSnapshot;
  onerway: Onerway;
  yixin: YixinSnapshot;
}

export function createWorld(config: Config): World {
  const clock = createClock();
  const journal = createJournal(clock);
  const newRandom = () => createRandom(config.seed ?? randomInt(2 ** 32));
  const world: World = {
    config,
    clock,
    faults: createFaults(),
    journal,
    timers: createTimers(),
    callbacks: createCallbacks(config, clock, journal),
    random: newRandom(),
    openApi: createOpenApi(config),
    keysecure: createKeysecure(config),
    onerway: createOnerway(config),
    yixin: createYixin(config),
    reset() {
      clock.reset();
      world.timers.clear();
      world.callbacks.reset();
      world.random = newRandom();
      world.faults.clear();
      world.journal.reset();
      world.openApi = createOpenApi(config);
      world.keysecure = createKeysecure(config);
      world.onerway = createOnerway(config);
      world.yixin = createYixin(config);
    },
    snapshot: () => ({
      clock: clock.snapshot(),
      journal: world.journal.snapshot(),
      openApi: world.openApi,
      keysecure: snapshotKeysecure(world.keysecure),
      onerway: world.onerway,
      yixin: snapshotYixin(world.yixin),
    }),
    restore(saved) {
      clock.restore(saved.clock);
      world.journal.restore(saved.journal);
      world.openApi = restoreOpenApi(saved.openApi);
      world.keysecure = restoreKeysecure(config, saved.keysecure);
      world.onerway = restoreOnerway(config, saved.onerway);
      world.yixin = restoreYixin(config, saved.yixin);
    },
    changed() {},
  };
  return world;
}
