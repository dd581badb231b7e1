import { type ExchangeReport, openTransport, type Transport } from '@card-gateway/adapter-kit';
import type { Config } from '../config.ts';
import type { AuthorizationSettings, DecisionService, FixedDecision } from './callback-settings.ts';
import { withProxy } from './proxy.ts';

/** Who decides about payments; a decision service has its own connections. */
export type Decider = FixedDecision | (DecisionService & { readonly send: Transport });

/** `{"decision":"approve"}` with anything a framework may add. */
const longestAnswerBytes = 16_384;

/**
 * Opens the connections to an account's decision service, separate from those to its provider, so that neither delays the
 * other.
 */
export function openDecider(
  settings: AuthorizationSettings | null,
  { config, report }: { readonly config: Config; readonly report: (report: ExchangeReport) => void },
): { readonly decider: Decider | null; close(): Promise<void> } {
  if (settings === null || 'decide' in settings) return { decider: settings, close: async () => {} };
  const transport = openTransport({
    connections: config.PROVIDER_CONNECTIONS,
    connectTimeoutMs: settings.timeoutMs,
    maxResponseBytes: longestAnswerBytes,
    network: withProxy(settings.network, settings.url, config),
    report,
  });
  return { decider: { ...settings, send: transport.send }, close: () => transport.close() };
}
