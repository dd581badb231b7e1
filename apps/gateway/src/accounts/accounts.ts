import { type ExchangeReport, openTransport } from '@card-gateway/adapter-kit';
import { type BindingKind, type Capability, type ProviderAdapter, redact } from '@card-gateway/core';
import type { Caller } from '../http/auth.ts';
import { ProblemError } from '../http/problem.ts';
import type { Account } from './accounts-file.ts';

/** How the calls of this process to one account went. */
export interface Health {
  readonly status: 'up' | 'down' | 'unknown';
  readonly lastAnswerAt: Date | null;
  readonly lastFailureAt: Date | null;
  readonly lastFailure: string | null;
}

/** An account with its adapter open and its connections under way. */
export interface OpenAccount {
  readonly name: string;
  readonly tenant: string;
  readonly sandbox: boolean;
  readonly provider: string;
  readonly title: string;
  readonly adapter: ProviderAdapter;
  health(): Health;
}

/** Whom the rows that an account brings in belong to. */
export type Owner = Pick<OpenAccount, 'tenant' | 'name' | 'provider'>;

export interface Accounts {
  readonly all: readonly OpenAccount[];
  /** By name, for work that a caller asked for earlier; undefined when it is no longer configured. */
  byName(name: string): OpenAccount | undefined;
  /** The caller's own account. @throws ProblemError 404, the same for another tenant's account as for none. */
  ofCaller(caller: Caller, name: string, where?: string): OpenAccount;
  /** Lets running calls end and closes all connections. */
  close(): Promise<void>;
}

export interface AccountsOptions {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  readonly now: () => number;
  readonly report: (account: string, report: ExchangeReport) => void;
}

/** Opens every account: its own connection pool, its adapter, its health. */
export function openAccounts(accounts: readonly Account[], options: AccountsOptions): Accounts {
  const closing: (() => Promise<void>)[] = [];
  const all = accounts.map((account): OpenAccount => {
    let health: Health = { status: 'unknown', lastAnswerAt: null, lastFailureAt: null, lastFailure: null };
    const transport = openTransport({
      connections: options.connections,
      connectTimeoutMs: options.connectTimeoutMs,
      maxResponseBytes: options.maxResponseBytes,
      report: (report) => {
        health = after(health, report, new Date(options.now()));
        options.report(account.name, report);
      },
    });
    closing.push(() => transport.close());
    return {
      name: account.name,
      tenant: account.tenant,
      sandbox: account.sandbox,
      provider: account.adapter.provider,
      title: account.adapter.title,
      adapter: account.adapter.create(account.settings, { send: transport.send, now: options.now }),
      health: () => health,
    };
  });
  const byName = new Map(all.map((account) => [account.name, account]));

  return {
    all,
    byName: (name) => byName.get(name),
    ofCaller: (caller, name, where = '/account') => {
      const account = byName.get(name);
      if (account !== undefined && account.tenant === caller.tenant) return account;
      throw new ProblemError('not-found', `There is no account "${redact(name) ?? ''}".`, {
        errors: [{ pointer: where, detail: 'expected the name of an account from GET /v1/providers' }],
      });
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

/** The facet of an account's adapter. @throws ProblemError 422 `not-supported` with the reason when it has none */
export function facetOf<Name extends Capability>(account: OpenAccount, name: Name): NonNullable<ProviderAdapter[Name]> {
  const facet = account.adapter[name];
  if (facet !== undefined) return facet;
  throw new ProblemError(
    'not-supported',
    `The account "${account.name}" cannot do this: ${gapReason(account.adapter, name)}`,
  );
}

/** The kind of binding that was named, or the account's first. @throws ProblemError 422 `not-supported` for one it has not */
export function bindingKindOf(account: OpenAccount, named: BindingKind | undefined, pointer: string): BindingKind {
  const { kinds } = facetOf(account, 'boundCards');
  const kind = named ?? kinds[0];
  if (kind !== undefined && kinds.includes(kind)) return kind;
  throw new ProblemError('not-supported', `The account "${account.name}" has no bindings of the kind "${kind}".`, {
    errors: [{ pointer, detail: `expected ${kinds.join(' or ')}` }],
  });
}

/** Why an adapter lacks a facet. */
export function gapReason(adapter: ProviderAdapter, name: Capability): string {
  return adapter.gaps[name]?.reason ?? "The provider's documents describe no such call.";
}
