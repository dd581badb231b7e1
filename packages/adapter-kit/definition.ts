import type { DocumentedCall, ProviderAdapter } from '@card-gateway/core';
import type { z } from 'zod';
import type { Send } from './call.ts';
import { type ProviderClock, providerClock } from './clock.ts';
import { documentedCall, type ListedCall } from './documented-call.ts';
import type { DocumentedCallback } from './documented-callback.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** What the gateway provides to an adapter. */
export interface AdapterHost {
  /** Sends by the account's own connections. */
  readonly send: Send;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Estimate of the provider's clock, from the answers received through `send`. */
  readonly clock: ProviderClock;
}

/** The host of an account; its calls keep the estimate of the provider's clock up to date. */
export function adapterHost({ send, now }: Pick<AdapterHost, 'send' | 'now'>): AdapterHost {
  const clock = providerClock(now);
  return {
    now,
    clock,
    send: async (request, call) => {
      const sentAt = now();
      const exchange = await send(request, call);
      if (exchange.kind !== 'answered') return exchange;
      clock.observe(sentAt, exchange.date);
      const seconds = retryAfterSeconds(exchange.headers['retry-after'], exchange.date?.getTime() ?? now());
      return seconds === undefined ? exchange : { ...exchange, retryAfterSeconds: seconds };
    },
  };
}

/** A fault in an account's settings: its location and how to fix it. */
export interface SettingFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** An adapter package's one export for the gateway's registry. */
export interface AdapterDefinition<Settings extends { readonly baseUrl: string } = { readonly baseUrl: string }> {
  /** The provider's id in accounts, resources and problems, e.g. `keysecure`. */
  readonly provider: string;
  /** The provider's name for people. */
  readonly title: string;
  readonly settings: z.ZodType<Settings>;
  /**
   * What an account not marked `sandbox` must have in addition. Reported with all other faults, so the settings' values may be
   * invalid.
   */
  readonly productionFaults?: (settings: Readonly<Partial<Record<keyof Settings, unknown>>>) => readonly SettingFault[];
  /** The file in `docs/providers/contracts` whose sections are cited, e.g. `keysecure.md`. */
  readonly document: string;
  /** Every call that the document describes or names, in its order. */
  readonly calls: readonly ListedCall<Settings>[];
  /** Every callback that it describes or names; none if the provider sends none. */
  readonly callbacks: readonly DocumentedCallback<Settings>[];
  readonly create: (settings: Settings, host: AdapterHost) => ProviderAdapter;
}

/** Checks the definition with its own settings type and widens it for the registry. */
export function defineAdapter<Settings extends { readonly baseUrl: string }>(
  definition: AdapterDefinition<Settings>,
): AdapterDefinition {
  return definition as unknown as AdapterDefinition;
}

/** The state of each documented call and callback in an account with these settings. */
export function documentedCallsOf<Settings extends { readonly baseUrl: string }>(
  { document, calls, callbacks }: AdapterDefinition<Settings>,
  settings: Settings,
): readonly DocumentedCall[] {
  return [...calls, ...callbacks].map((call) => documentedCall(document, call, settings));
}
