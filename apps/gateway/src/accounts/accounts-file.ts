import { dirname } from 'node:path';
import {
  type AdapterDefinition,
  adapterHost,
  doubledMembers,
  type Network,
  networkSettings,
  type SettingFault,
} from '@card-gateway/adapter-kit';
import type { ProviderAdapter } from '@card-gateway/core';
import { z } from 'zod';
import { nameShape } from '../caller.ts';
import { FaultsError, listOfFaults } from '../faults.ts';
import { inOurWords } from '../issue-words.ts';
import { secretPathRule } from '../secrets.ts';
import { readTextFile, UnreadableFile } from '../text-file.ts';
import {
  type AuthorizationSettings,
  type CallbackSettings,
  callbackSettings,
  decisionReserve,
  decisionService,
  fixedDecision,
} from './callback-settings.ts';
import { type SecretSources, withSecrets } from './named-secrets.ts';
import { type PathFaults, pathFaults } from './path-faults.ts';

/** One account at one provider, parsed and validated. */
export interface Account {
  readonly name: string;
  readonly tenant: string;
  readonly sandbox: boolean;
  readonly adapter: AdapterDefinition;
  readonly settings: { readonly baseUrl: string };
  /** Interval of its card syncs; null for none. */
  readonly syncEveryMs: number | null;
  /** Network settings of its provider that differ from the default. */
  readonly network: Network | null;
  readonly callbacks: CallbackSettings | null;
  readonly authorization: AuthorizationSettings | null;
}

/** The accounts file is unusable: every fault with its path and how to fix it. */
export class AccountsError extends FaultsError {
  constructor(file: string, faults: readonly string[]) {
    super(faults, listOfFaults(`The accounts file ${file} is`, faults));
    this.name = 'AccountsError';
  }
}

const nameRule = 'expected 1 to 64 lower-case letters, digits and hyphens';

function entrySchema(adapters: readonly AdapterDefinition[]) {
  const providers = adapters.map(({ provider }) => provider);
  return z.strictObject({
    provider: z.enum(providers as [string, ...string[]]),
    tenant: z.string().regex(nameShape, nameRule).default('default'),
    sandbox: z.boolean().default(false),
    syncEveryMinutes: z.int().min(1).max(1440).optional(),
    settings: z.record(z.string(), z.unknown(), 'expected an object of settings'),
    network: z.unknown().optional(),
    callbacks: z.unknown().optional(),
    authorization: z.unknown().optional(),
  });
}

interface Sources {
  readonly adapters: readonly AdapterDefinition[];
  readonly environment: (name: string) => string | undefined;
}

/**
 * Reads the accounts file: an object of accounts by name, with secrets given as `{"file": …}` (relative to this file) or
 * `{"env": …}`. A fault in one place hides none in another, unless the other depends on it.
 *
 * @throws {@link AccountsError} with every fault of every account
 */
export function readAccounts(file: string, { adapters, environment }: Sources): Account[] {
  const faults = pathFaults();
  const entries = parseFile(file, faults);
  const accounts: Account[] = [];
  for (const [name, value] of Object.entries(entries)) {
    if (name === '$schema') continue;
    if (!nameShape.test(name)) faults.add([name], `the account's name is not usable: ${nameRule}`);
    const account = readAccount(name, value, adapters, { folder: dirname(file), environment, faults });
    if (account !== null) accounts.push(account);
  }
  if (accounts.length === 0 && faults.list.length === 0) faults.add([], 'expected at least one account');
  if (faults.list.length > 0) throw new AccountsError(file, faults.list);
  return accounts;
}

/** @returns null if the account has faults, all of which are reported */
function readAccount(
  name: string,
  value: unknown,
  adapters: readonly AdapterDefinition[],
  sources: SecretSources,
): Account | null {
  const { faults } = sources;
  const common = entrySchema(adapters).safeParse(value, { error: inOurWords });
  if (!common.success) faults.addIssues([name], common.error);
  const given = isObject(value) ? value : {};
  const readPart = <Part>(key: string, schema: z.ZodType<Part> | undefined): Part | null => {
    if (given[key] === undefined) return null;
    const resolved = withSecrets(given[key], [name, key], sources);
    const part = schema?.safeParse(resolved, { error: inOurWords });
    if (part?.error !== undefined) faults.addIssues([name, key], part.error);
    return part?.data ?? null;
  };
  const adapter = adapters.find(({ provider }) => provider === given['provider']);
  const rawSettings = isObject(given['settings']) ? given['settings'] : null;
  const settings = rawSettings === null ? null : readPart('settings', adapter?.settings);
  const network = readPart('network', networkSettings);
  const callbacks = readPart('callbacks', callbackSettings);
  const authorization = readPart('authorization', decisionSchemaOf(given['authorization']));

  const isSandbox = given['sandbox'] !== undefined && given['sandbox'] !== false;
  if (!isSandbox) {
    const { baseUrl } = settings ?? rawSettings ?? {};
    if (isPlainHttp(baseUrl)) faults.add([name, 'settings', 'baseUrl'], httpsOnly);
    if (isPlainHttp(objectOf(given['authorization'])['url'])) faults.add([name, 'authorization', 'url'], httpsOnly);
    for (const { path, message } of (rawSettings && adapter?.productionFaults?.(rawSettings)) ?? []) {
      faults.add([name, 'settings', ...path], message);
    }
  }
  if (adapter !== undefined && rawSettings !== null) {
    for (const { path, message } of callbackFaults(adapter, settings, given)) faults.add([name, ...path], message);
  }
  if (!common.success || adapter === undefined || settings === null) return null;
  const { tenant, sandbox, syncEveryMinutes } = common.data;
  const syncEveryMs = syncEveryMinutes === undefined ? null : syncEveryMinutes * 60_000;
  return { name, tenant, sandbox, adapter, settings, syncEveryMs, network, callbacks, authorization };
}

const httpsOnly = 'expected https; only an account with "sandbox": true may use http';

function isPlainHttp(url: unknown): boolean {
  return typeof url === 'string' && /^\s*http:/i.test(url);
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function decisionSchemaOf(value: unknown): z.ZodType<AuthorizationSettings> {
  return 'decide' in objectOf(value) ? fixedDecision : decisionService;
}

/** Faults in the callback settings, given the adapter's callback facet. */
function callbackFaults(
  adapter: AdapterDefinition,
  settings: Account['settings'] | null,
  given: JsonObject,
): SettingFault[] {
  const { callbacks, authorization } = given;
  if (callbacks === undefined && authorization === undefined) return [];
  const made = probe(adapter, settings ?? given['settings']);
  // With faulty settings an account may lack facets it will have: then only faults are reported that do not depend on them.
  const isCertain = settings !== null;
  if (made === null) return [];
  const { callbacks: facet, gaps } = made;
  if (facet === undefined) {
    if (!isCertain && gaps.callbacks?.state === 'needs-settings') return [];
    const message = `this account takes no callbacks: ${gaps.callbacks?.reason ?? "the provider's documents describe none"}`;
    return [{ path: [callbacks === undefined ? 'authorization' : 'callbacks'], message }];
  }
  const faults: SettingFault[] = [];
  if (facet.isUnsigned && callbacks !== undefined && objectOf(callbacks)['secretPath'] === undefined) {
    const message = `this provider signs nothing, so that a secret path must stand for it: ${secretPathRule}`;
    faults.push({ path: ['callbacks', 'secretPath'], message });
  }
  if (isCertain && facet.decisionTimeMs === null && authorization !== undefined) {
    faults.push({ path: ['authorization'], message: 'its provider does not ask this account about payments' });
  }
  const longestMs = (facet.decisionTimeMs ?? Infinity) - decisionReserve.wayMs - decisionReserve.storingMs;
  if (Number(objectOf(authorization)['timeoutMs']) > longestMs) {
    const message = `expected at most ${longestMs}: its provider waits ${facet.decisionTimeMs} ms in all`;
    faults.push({ path: ['authorization', 'timeoutMs'], message });
  }
  return faults;
}

/** The adapter opened with possibly faulty settings; null if it cannot be. */
function probe(adapter: AdapterDefinition, settings: unknown): ProviderAdapter | null {
  const send = () => Promise.reject(new Error('Nothing is sent while settings are read.'));
  try {
    return adapter.create(settings as Account['settings'], adapterHost({ send, now: () => 0 }));
  } catch {
    return null;
  }
}

function parseFile(file: string, faults: PathFaults): JsonObject {
  let text: string;
  try {
    text = readTextFile(file).replace(/^\uFEFF/, '');
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new AccountsError(file, [`${error.message}; GATEWAY_ACCOUNTS names its path`]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AccountsError(file, [`it is not JSON: look ${placeOf(error as Error, text)}`]);
  }
  if (!isObject(value)) throw new AccountsError(file, ['expected an object of accounts by name']);
  // What stands there three times is told once.
  for (const path of new Map(doubledMembers(text).map((one) => [JSON.stringify(one), one])).values()) {
    faults.add(path, path.length === 1 ? 'there are two accounts of this name' : 'it stands here twice');
  }
  return value;
}

/**
 * The position at which a text stops being JSON. The parser's message also quotes the surrounding text, which may be a
 * misplaced secret.
 */
function placeOf({ message }: Error, text: string): string {
  const place = /at position \d+ \(line \d+ column \d+\)/.exec(message)?.[0];
  if (place !== undefined) return place;
  // It names no position if the text ends too early.
  const lines = text.split('\n');
  return text.trim() === ''
    ? 'at line 1 column 1: the file is empty'
    : `at line ${lines.length} column ${(lines.at(-1)?.length ?? 0) + 1}, where it ends too early`;
}

/** The JSON Schema of the accounts file, for editors, generated from the adapters' settings. */
export function accountsFileSchema(adapters: readonly AdapterDefinition[]): unknown {
  const secret = {
    description: 'A secret, given by the file or the environment variable that contains it.',
    oneOf: ['file', 'env'].map((source) => ({
      type: 'object',
      properties: { [source]: { type: 'string', minLength: 1 } },
      required: [source],
      additionalProperties: false,
    })),
  };
  const schemaOf = (part: z.ZodType) => {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(part, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        if (z.globalRegistry.get(zodSchema)?.['secret'] !== true) return;
        delete jsonSchema['secret'];
        Object.assign(jsonSchema, { ...secret, description: jsonSchema.description ?? secret.description });
      },
    });
    return schema;
  };
  const accounts = adapters.map((adapter) => {
    return {
      title: `Account at ${adapter.title}`,
      type: 'object',
      properties: {
        provider: { const: adapter.provider },
        tenant: {
          type: 'string',
          pattern: nameShape.source,
          default: 'default',
          description: 'Tenant that owns the data of this account.',
        },
        sandbox: {
          type: 'boolean',
          default: false,
          description: 'A test account: http and unconfirmed settings are allowed.',
        },
        syncEveryMinutes: {
          type: 'integer',
          minimum: 1,
          maximum: 1440,
          description: "Interval at which the account's cards are synced; without it only when a caller asks.",
        },
        settings: schemaOf(adapter.settings),
        network: {
          ...schemaOf(networkSettings),
          description: 'Network settings for its provider.',
        },
        callbacks: { ...schemaOf(callbackSettings), description: 'How its callbacks are accepted.' },
        authorization: {
          description: 'Who decides about payments that the provider asks about; without it they are declined.',
          oneOf: [fixedDecision, decisionService].map(schemaOf),
        },
      },
      required: ['provider', 'settings'],
      additionalProperties: false,
    };
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Accounts of the card gateway',
    description: 'Provider accounts by name. Generated from the adapters\' settings by "pnpm openapi"; do not edit.',
    type: 'object',
    properties: { $schema: { type: 'string' } },
    additionalProperties: { oneOf: accounts },
  };
}
