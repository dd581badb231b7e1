import { listed } from '../admin-lists.ts';
import type { ProviderName } from '../providers.ts';
import type { World } from '../world.ts';
import type { Callback, Delivery } from './delivery.ts';
import { forge, type Forged, type Forgery } from './forge.ts';
import type { Release } from './release.ts';

type Filtered = 'provider' | 'merchant' | 'kind' | 'reference' | 'id' | 'acknowledged' | 'forged';
export type DeliveryFilter = { [Name in Filtered]?: Delivery[Name] | undefined };
export type HeldCallback = Omit<Callback, 'signed'>;

export interface CallbacksAdmin {
  /** Sets the target of a provider's callbacks, for all its merchants or one; empty disables them. Survives a reset. */
  target(provider: ProviderName, url: string, merchant?: string): void;
  /** By `provider` or `provider/merchant`. */
  targets(): Record<string, string>;
  /** Each POST with its answer, in the order of the answers; only the latest ones. */
  sent(filter?: DeliveryFilter): Delivery[];
  /** Resolves when no callback is being sent or waits for a retry. Held callbacks do not count. */
  idle(): Promise<void>;
  /** Holds callbacks from now on, except those that are worthless later. */
  hold(): void;
  held(): HeldCallback[];
  /** Sends the held callbacks and stops holding; resolves with the results. */
  release(how?: Release): Promise<Delivery[]>;
  /** Sends something that the provider never sent, or not twice. */
  forge(forgery: Forgery): Promise<Forged>;
}

export function callbacksAdmin(world: World): CallbacksAdmin {
  const { callbacks, journal } = world;
  return {
    target(provider, url, merchant) {
      // Callbacks already due go to the previous target.
      world.catchUp();
      callbacks.target(provider, url, merchant);
      world.catchUp();
    },
    targets: () => callbacks.targets(),
    sent: (filter) => listed(journal.deliveries, filter),
    idle() {
      // Callbacks may be due whose timers have not fired yet.
      world.catchUp();
      return callbacks.idle();
    },
    hold: () => callbacks.hold(),
    held: () => callbacks.held().map(({ signed: _signed, ...held }) => held),
    release: (how = {}) => callbacks.release(how),
    forge: (forgery) => forge(world, forgery),
  };
}
