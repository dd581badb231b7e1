import { listed } from '../admin-lists.ts';
import type { ProviderName } from '../providers.ts';
import type { World } from '../world.ts';
import type { Callback, Delivery } from './callbacks.ts';
import { forge, type Forged, type Forgery } from './forge.ts';
import type { Release } from './release.ts';

type Filtered = 'provider' | 'merchant' | 'kind' | 'reference' | 'id' | 'acknowledged' | 'forged';
export type DeliveryFilter = { [Name in Filtered]?: Delivery[Name] | undefined };
export type HeldCallback = Omit<Callback, 'signed'>;

export interface CallbacksAdmin {
  /** Where a provider's callbacks go from now on, to all its merchants or to one; empty: nowhere. Outlives a reset. */
  target(provider: ProviderName, url: string, merchant?: string): void;
  /** By `provider` or `provider/merchant`. */
  targets(): Record<string, string>;
  /** Each POST with its answer, in the order of the answers; the latest ones. */
  sent(filter?: DeliveryFilter): Delivery[];
  /** Resolves when nothing is being sent or waits to be sent again. What is held waits for its release, not for this. */
  idle(): Promise<void>;
  /** From now on callbacks are kept, all but those that are worth nothing later. */
  hold(): void;
  held(): HeldCallback[];
  /** Sends what is held and stops holding; resolves with what came of each. */
  release(how?: Release): Promise<Delivery[]>;
  /** Something the provider never sent, or not twice. */
  forge(forgery: Forgery): Promise<Forged>;
}

export function callbacksAdmin(world: World): CallbacksAdmin {
  const { callbacks, journal } = world;
  return {
    target(provider, url, merchant) {
      // What was due before belongs to the target of before.
      world.catchUp();
      callbacks.target(provider, url, merchant);
      world.catchUp();
    },
    targets: () => callbacks.targets(),
    sent: (filter) => listed(journal.deliveries, filter),
    idle() {
      // What is due: its timers may still have to fire.
      world.catchUp();
      return callbacks.idle();
    },
    hold: () => callbacks.hold(),
    held: () => callbacks.held().map(({ signed: _signed, ...held }) => held),
    release: (how = {}) => callbacks.release(how),
    forge: (forgery) => forge(world, forgery),
  };
}
