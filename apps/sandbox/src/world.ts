import { randomInt } from 'node:crypto';
import { createCallbacks } from './callbacks/callbacks.ts';
import { createClock, type ClockSnapshot } from './clock.ts';
import type { Config } from './config.ts';
import { createFaults } from './faults.ts';
import { createJournal, type JournalSnapshot } from './journal.ts';
import type { CallbackRules, ProviderWorld, Surroundings } from './provider.ts';
import { ofEach, providers, type ProviderKey } from './providers.ts';
import { createReceivers, type Receivers, type ReceiversSnapshot } from './receivers/receivers.ts';
import { createRandom, firstNumber } from './synthetic.ts';
import { createTimers } from './timers.ts';

type AnyWorld = ProviderWorld<unknown, unknown>;

/** The complete state of the sandbox. `reset` restores the initial one. */
export interface World extends Surroundings {
  readonly config: Config;
  /** Each provider's part. */
  readonly of: Readonly<Record<ProviderKey, AnyWorld>>;
  /** Those of a gateway's events. */
  readonly receivers: Receivers;
  /** Lets every provider apply what is due by the clock, and sets all timers anew. */
  catchUp(): void;
  reset(): void;
  /** The state that survives a restart, in JSON form; without faults and request counts. */
  snapshot(): Snapshot;
  /** Throws if `saved` is not a snapshot. */
  restore(saved: Snapshot): void;
  /** Called after each request that may have changed something. */
  changed(): void;
}

export interface Snapshot extends Record<ProviderKey, unknown> {
  clock: ClockSnapshot;
  journal: JournalSnapshot;
  /** Absent in files from before there were receivers. */
  receivers?: ReceiversSnapshot;
}

export function createWorld(config: Config): World {
  const clock = createClock();
  const journal = createJournal(clock);
  const timers = createTimers();
  const faults = createFaults(providers.map(([, { name }]) => name));
  const callbacks = createCallbacks(config, clock, journal, ({ provider, id }, body) => {
    const { rules, own } = callbackRules(world, provider);
    return rules.acknowledged(own, id, body);
  });
  const newRandom = () => createRandom(config.seed ?? randomInt(2 ** 32));
  let random = newRandom();
  const receivers = createReceivers(clock, () => random, journal.changed);
  const first = () => firstNumber(config.seed);
  const surroundings: Surroundings = {
    latencyMs: config.latencyMs,
    clock,
    faults,
    journal,
    timers,
    callbacks,
    random: () => random,
    changed: () => world.changed(),
  };
  const of = ofEach((provider, key): AnyWorld => ({
    ...surroundings,
    config: config[key],
    state: provider.create(config[key], first()),
  }));
  const world: World = {
    ...surroundings,
    config,
    of,
    receivers,
    catchUp() {
      timers.clear();
      for (const [key, provider] of providers) provider.catchUp?.(of[key]);
    },
    reset() {
      clock.reset();
      timers.clear();
      callbacks.reset();
      random = newRandom();
      faults.clear();
      journal.reset();
      receivers.reset();
      for (const [key, provider] of providers) of[key].state = provider.create(config[key], first());
    },
    snapshot: () => ({
      clock: clock.snapshot(),
      journal: journal.snapshot(),
      receivers: receivers.snapshot(),
      ...ofEach((provider, key) => provider.save(of[key].state)),
    }),
    restore(saved) {
      clock.restore(saved.clock);
      journal.restore(saved.journal);
      receivers.restore(saved.receivers ?? {});
      for (const [key, provider] of providers) {
        // A file from before this provider was simulated lacks its part.
        if (key in saved) of[key].state = provider.restore(config[key], saved[key], first());
      }
    },
    changed() {},
  };
  return world;
}

/** The rules of the named provider, and its part of the world. Throws if it sends no callbacks. */
export function callbackRules(world: World, name: string): { rules: CallbackRules<AnyWorld>; own: AnyWorld } {
  const [key, provider] = providers.find(([, one]) => one.name === name) ?? [];
  if (key === undefined || provider?.callbacks === undefined)
    throw new Error(`${name} is no provider that calls anybody.`);
  return { rules: provider.callbacks, own: world.of[key] };
}
