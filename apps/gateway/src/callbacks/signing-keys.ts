import { done } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { askProvider, noAnswer } from '../ask-provider.ts';
import type { Services } from '../services.ts';
import { jobWork } from '../work.ts';

/** Fetches the signing keys that an account's provider publishes now; keeps the earlier ones if there is no answer. */
export type FetchKeys = (account: OpenAccount) => Promise<void>;

/**
 * All callbacks that wait for the keys of one account share one call. Anyone can send such a callback, so with a call each they
 * would take the account's slots from its callers.
 */
export function keyFetcher(services: Services): FetchKeys {
  /** The pending call, by account. */
  const underWay = new Map<string, Promise<void>>();

  async function fetch(account: OpenAccount): Promise<void> {
    await askProvider(
      services,
      account,
      'callbacks',
      jobWork,
      async (callbacks, call) => (await callbacks.fetchKeys?.(call)) ?? done(null),
    ).catch(noAnswer);
  }

  return (account) => {
    const fetched = underWay.get(account.name) ?? fetch(account).finally(() => underWay.delete(account.name));
    underWay.set(account.name, fetched);
    return fetched;
  };
}
