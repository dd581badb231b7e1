import { createClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createFaults, type Faults } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { createKeysecure, type Keysecure } from './keysecure/state.ts';
import { createOnerway, type Onerway } from './onerway/tokens.ts';
import { createOpenApi, type OpenApi } from './open-api/state.ts';
import { createYixin, type Yixin } from './yixin/state.ts';

/** Everything the sandbox remembers. `reset` brings back the first moment. */
export interface World {
  config: Config;
  clock: Clock;
  faults: Faults;
  journal: Journal;
  openApi: OpenApi;
  keysecure: Keysecure;
  onerway: Onerway;
  yixin: Yixin;
  reset(): void;
}

export function createWorld(config: Config): World {
  const clock = createClock();
  const world: World = {
    config,
    clock,
    faults: createFaults(),
    journal: createJournal(clock),
    openApi: createOpenApi(config),
    keysecure: createKeysecure(config),
    onerway: createOnerway(config),
    yixin: createYixin(),
    reset() {
      clock.reset();
      world.faults.clear();
      world.journal.reset();
      world.openApi = createOpenApi(config);
      world.keysecure = createKeysecure(config);
      world.onerway = createOnerway(config);
      world.yixin = createYixin();
    },
  };
  return world;
}
