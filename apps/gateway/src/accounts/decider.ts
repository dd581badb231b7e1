import { type ExchangeReport, openTransport, type Transport } from '@card-gateway/adapter-kit';
import type { AuthorizationSettings, DecisionService, FixedDecision } from './callback-settings.ts';

/** Who decides about payments, with the connections of its own to a service that does. */
export type Decider = FixedDecision | (DecisionService & { readonly send: Transport });

/** `{"decision":"approve"}` and what a framework may add to it. */
const longestAnswerBytes = 16_384;

/** Opens the way to an account's decision service, apart from that to its provider: neither waits for the other. */
export function openDecider(
  settings: AuthorizationSettings | null,
  options: { readonly connections: number; readonly report: (report: ExchangeReport) => void },
): { readonly decider: Decider | null; close(): Promise<void> } {
  if (settings === null || 'decide' in settings) return { decider: settings, close: async () => {} };
  const transport = openTransport({
    ...options,
    connectTimeoutMs: settings.timeoutMs,
    maxResponseBytes: longestAnswerBytes,
  });
  return { decider: { ...settings, send: transport.send }, close: () => transport.close() };
}
