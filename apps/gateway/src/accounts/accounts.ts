import {
  adapterHost,
  documentedCallsOf,
  type ExchangeReport,
  openTransport,
  type ProviderClock,
} from '@card-gateway/adapter-kit';
import {
  type BindingKind,
  type DocumentedCall,
  type FacetName,
  type ProviderAdapter,
  redact,
} from '@card-gateway/core';
import type { Caller } from '../caller.ts';
import { type Config, lookUpsAtOnce } from '../config.ts';
import { ProblemError } from '../problem.ts';
import type { Account } from './accounts-file.ts';
import { createAccountBulkhead, type Load } from './account-bulkhead.ts';
import { type ProviderCalls, providerCalls } from './calls.ts';
import type { CallbackSettings } from './callback-settings.ts';
import { type Decider, openDecider } from './decider.ts';
import { withProxy } from './proxy.ts';

/** Health of one account, from this process's calls. */
export interface Health {
  readonly status: 'up' | 'down' | 'unknown';
  readonly lastAnswerAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastFailure: string | null;
}

/** An account with its adapter and its connections open. */
export interface OpenAccount extends ProviderCalls {
  readonly name: string;
  readonly tenant: string;
  readonly sandbox: boolean;
  readonly provider: string;
  readonly title: string;
  readonly adapter: ProviderAdapter;
  /** Every documented call and callback of the provider, and its state with these settings. */
  readonly calls: readonly DocumentedCall[];
  /** Estimate of the provider's clock, from its answers. */
  readonly clock: ProviderClock;
  readonly callbacks: CallbackSettings;
  readonly authorization: Decider | null;
  /** Interval of its card syncs in milliseconds; null for none. */
  readonly syncEveryMs: number | null;
  health(): Health;
  load(): Load;
}

/** Owner of the rows synced from an account. */
export type Owner = Pick<OpenAccount, 'tenant' | 'name' | 'provider'>;

export interface Accounts {
  readonly all: readonly OpenAccount[];
  /** By name, for work requested earlier; undefined if it is no longer configured. */
  byName(name: string): OpenAccount | undefined;
  /** The caller's own account. @throws ProblemError 404, the same for another tenant's account and for none */
  ofCaller(caller: Caller, name: string, where?: string): OpenAccount;
  /**
   * The account of a caller's resource.
   *
   * @throws ProblemError 422 `not-supported` if it is no longer configured, 404 if it belongs to another tenant now
   */
  ofResource(caller: Caller, resource: { readonly account: string }): OpenAccount;
  /** Checks the account in a list's filter, if there is one. @throws ProblemError 404, as `ofCaller` */
  requireFilter(caller: Caller, name: string | undefined): void;
  /** Lets in-flight calls finish and closes all connections. */
  close(): Promise<void>;
}

export interface AccountsOptions {
  readonly config: Config;
  readonly now: () => number;
  readonly report: (account: string, report: ExchangeReport) => void;
}

/** Opens every account: its own connection pool, its adapter, its health. */
export function openAccounts(accounts: readonly Account[], options: AccountsOptions): Accounts {
  const { config } = options;
  const closing: (() => Promise<void>)[] = [];
  const all = accounts.map((account): OpenAccount => {
    let health: Health = { status: 'unknown', lastAnswerAt: null, lastFailureAt: null, lastFailure: null };
    const bulkhead = createAccountBulkhead({
      slots: config.PROVIDER_CONNECTIONS,
      queue: config.PROVIDER_QUEUE,
      waitMs: config.PROVIDER_CONNECT_TIMEOUT_MS,
      circuit: {
        failures: config.PROVIDER_CIRCUIT_FAILURES,
        restMs: config.PROVIDER_CIRCUIT_REST_MS,
        patienceMs: usualTimeMs(config) / 2,
      },
    });
    const transport = openTransport({
      // The extra ones are for requests without a slot: look-ups, and one for an access token.
      connections: config.PROVIDER_CONNECTIONS + lookUpsAtOnce(config) + 1,
      connectTimeoutMs: config.PROVIDER_CONNECT_TIMEOUT_MS,
      maxResponseBytes: config.PROVIDER_MAX_RESPONSE_BYTES,
      network: withProxy(account.network, account.settings.baseUrl, config),
      report: (report) => {
        health = after(health, report, new Date(options.now()));
        options.report(account.name, report);
      },
    });
    const decisions = openDecider(account.authorization, {
      config,
      report: (report) => options.report(account.name, report),
    });
    closing.push(
      () => transport.close(),
      () => decisions.close(),
    );
    const host = adapterHost({ send: bulkhead.watched(transport.send), now: options.now });
    return {
      name: account.name,
      tenant: account.tenant,
      sandbox: account.sandbox,
      provider: account.adapter.provider,
      title: account.adapter.title,
      adapter: account.adapter.create(account.settings, host),
      calls: documentedCallsOf(account.adapter, account.settings),
      clock: host.clock,
      callbacks: account.callbacks ?? {},
      authorization: decisions.decider,
      syncEveryMs: account.syncEveryMs,
      health: () => health,
      load: () => bulkhead.load(),
      ...providerCalls(account.name, bulkhead, config),
    };
  });
  const byName = new Map(all.map((account) => [account.name, account]));

  const ofCaller: Accounts['ofCaller'] = (caller, name, where = '/account') => {
    const account = byName.get(name);
    if (account !== undefined && account.tenant === caller.tenant) return account;
    throw new ProblemError('not-found', `There is no account "${redact(name) ?? ''}".`, {
      errors: [{ pointer: where, detail: 'expected the name of an account from GET /v1/providers' }],
    });
  };
  return {
    all,
    byName: (name) => byName.get(name),
    ofCaller,
    ofResource: (caller, { account: name }) => {
      if (byName.has(name)) return ofCaller(caller, name);
      throw new ProblemError(
        'not-supported',
        `The account "${name}" is no longer configured at this gateway: its provider cannot be asked, and nothing was sent. ` +
          'What is recorded can still be read, without refresh; an operator can put the account back.',
      );
    },
    requireFilter: (caller, name) => {
      if (name !== undefined) ofCaller(caller, name, 'query/account');
    },
    close: async () => {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

function after(health: Health, report: ExchangeReport, now: Date): Health {
  if (report.result === 'answered' && (report.httpStatus ?? 0) < 500)
    return { ...health, status: 'up', lastAnswerAt: now };
  const lastFailure = report.cause ?? `HTTP ${report.httpStatus}`;
  return { ...health, status: 'down', lastFailureAt: now, lastFailure };
}

/** A provider's time for a call whose caller sets no deadline. */
function usualTimeMs(config: Config): number {
  return Math.min(
    config.PROVIDER_READ_TIMEOUT_MS,
    config.PROVIDER_WRITE_TIMEOUT_MS,
    config.HTTP_READ_DEADLINE_MS - config.HTTP_RECORDING_RESERVE_MS,
    config.HTTP_WRITE_DEADLINE_MS - config.HTTP_RECORDING_RESERVE_MS,
  );
}

/** A facet of an account's adapter. @throws ProblemError 422 `not-supported` with the reason if it has none */
export function facetOf<Name extends FacetName>(account: OpenAccount, name: Name): NonNullable<ProviderAdapter[Name]> {
  const facet = account.adapter[name];
  if (facet !== undefined) return facet;
  throw new ProblemError(
    'not-supported',
    `The account "${account.name}" cannot do this: ${gapReason(account.adapter, name)}`,
  );
}

/** The requested kind of binding, or the account's first. @throws ProblemError 422 `not-supported` for a kind it lacks */
export function bindingKindOf(account: OpenAccount, named: BindingKind | undefined, pointer: string): BindingKind {
  const { kinds } = facetOf(account, 'boundCards');
  const kind = named ?? kinds[0];
  if (kind !== undefined && kinds.includes(kind)) return kind;
  throw new ProblemError('not-supported', `The account "${account.name}" has no bindings of the kind "${kind}".`, {
    errors: [{ pointer, detail: `expected ${kinds.join(' or ')}` }],
  });
}

/** Why an adapter lacks a facet. */
export function gapReason(adapter: ProviderAdapter, name: FacetName): string {
  return adapter.gaps[name]?.reason ?? "The provider's documents describe no such call.";
}
