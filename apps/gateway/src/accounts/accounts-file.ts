import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type AdapterDefinition, adapterHost, type SettingFault } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import { secretPathRule } from '../secrets.ts';
import {
  type AuthorizationSettings,
  type CallbackSettings,
  callbackSettings,
  decisionService,
  fixedDecision,
} from './callback-settings.ts';

/** One account at one provider, read and checked. */
export interface Account {
  readonly name: string;
  readonly tenant: string;
  readonly sandbox: boolean;
  readonly adapter: AdapterDefinition;
  readonly settings: { readonly baseUrl: string };
  /** Its cards are pulled this often; null is never by itself. */
  readonly syncEveryMs: number | null;
  readonly callbacks: CallbackSettings | null;
  readonly authorization: AuthorizationSettings | null;
}

/** The accounts file is not usable: every fault with its path and how to mend it. */
export class AccountsError extends Error {
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super(`The accounts file ${file} is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'AccountsError';
    this.faults = faults;
  }
}

const nameShape = /^[a-z0-9][a-z0-9-]{0,63}$/;
const nameRule = 'expected 1 to 64 lower-case letters, digits and hyphens';

function entrySchema(adapters: readonly AdapterDefinition[]) {
  const providers = adapters.map(({ provider }) => provider);
  return z.strictObject({
    provider: z.enum(providers as [string, ...string[]]),
    tenant: z.string().regex(nameShape, nameRule).default('default'),
    sandbox: z.boolean().default(false),
    syncEveryMinutes: z.int().min(1).max(1440).optional(),
    settings: z.record(z.string(), z.unknown(), 'expected an object of settings'),
    callbacks: z.unknown().optional(),
    authorization: z.unknown().optional(),
  });
}

interface Sources {
  readonly adapters: readonly AdapterDefinition[];
  readonly environment: (name: string) => string | undefined;
}

/**
 * Reads the accounts file: an object of accounts by name, secrets given as `{"file": …}` (relative to this file) or
 * `{"env": …}`.
 *
 * @throws {@link AccountsError} with every fault of every account at once
 */
export function readAccounts(file: string, sources: Sources): Account[] {
  const faults: string[] = [];
  const fail = (path: readonly PropertyKey[], message: string): void => {
    faults.push(`/${path.map(String).join('/')}: ${message}`);
  };
  // A secret that could not be read was told already, with what is wrong with it.
  const failOnce = (path: readonly PropertyKey[], message: string): void => {
    if (!faults.some((fault) => fault.startsWith(`/${path.map(String).join('/')}: `))) fail(path, message);
  };
  const failAll = (path: readonly string[], { issues }: z.ZodError): void => {
    for (const issue of issues) {
      const at = [...path, ...issue.path];
      if (issue.code !== 'unrecognized_keys') failOnce(at, issue.message);
      else for (const key of issue.keys) fail([...at, key], 'there is no such setting');
    }
  };
  const readPart = <Part>(schema: z.ZodType<Part>, value: unknown, path: readonly string[]): Part | null => {
    if (value === undefined) return null;
    const resolved = resolveSecrets(value, path, fail, dirname(file), sources.environment);
    const part = schema.safeParse(resolved);
    if (!part.success) failAll(path, part.error);
    return part.success ? part.data : null;
  };
  const entries = parseFile(file);
  const entry = entrySchema(sources.adapters);
  const accounts: Account[] = [];

  for (const [name, value] of Object.entries(entries)) {
    if (name === '$schema') continue;
    if (!nameShape.test(name)) fail([name], `the account's name is not usable: ${nameRule}`);
    const common = entry.safeParse(value);
    if (!common.success) {
      failAll([name], common.error);
      continue;
    }
    const adapter = sources.adapters.find(({ provider }) => provider === common.data.provider);
    if (adapter === undefined) continue;
    const resolved = resolveSecrets(common.data.settings, [name, 'settings'], fail, dirname(file), sources.environment);
    const settings = adapter.settings.safeParse(resolved);
    const { tenant, sandbox, syncEveryMinutes } = common.data;
    const callbacks = readPart(callbackSettings, common.data.callbacks, [name, 'callbacks']);
    const decision = common.data.authorization;
    const authorization = readPart(decisionSchemaOf(decision), decision, [name, 'authorization']);
    const isPlainHttp = settings.success
      ? !/^https:/i.test(settings.data.baseUrl)
      : /^http:/i.test(String(common.data.settings['baseUrl']));
    if (!sandbox && isPlainHttp) {
      fail([name, 'settings', 'baseUrl'], 'expected https; only an account with "sandbox": true may use http');
    }
    if (!settings.success) {
      failAll([name, 'settings'], settings.error);
      continue;
    }
    if (!sandbox) {
      for (const fault of adapter.productionFaults?.(settings.data) ?? []) {
        fail([name, 'settings', ...fault.path], fault.message);
      }
    }
    const account: Account = {
      name,
      tenant,
      sandbox,
      adapter,
      settings: settings.data,
      syncEveryMs: syncEveryMinutes === undefined ? null : syncEveryMinutes * 60_000,
      callbacks,
      authorization,
    };
    for (const { path, message } of callbackFaults(account)) failOnce([name, ...path], message);
    accounts.push(account);
  }
  if (accounts.length === 0 && faults.length === 0) fail([], 'expected at least one account');
  if (faults.length > 0) throw new AccountsError(file, faults);
  return accounts;
}

function decisionSchemaOf(value: unknown): z.ZodType<AuthorizationSettings> {
  return typeof value === 'object' && value !== null && 'decide' in value ? fixedDecision : decisionService;
}

/** What the settings of callbacks lack or have too much, by what the account's adapter makes of callbacks. */
function callbackFaults({ adapter, settings, sandbox, callbacks, authorization }: Account): SettingFault[] {
  const faults: SettingFault[] = [];
  if (callbacks === null && authorization === null) return faults;
  const send = () => Promise.reject(new Error('Nothing is sent while settings are read.'));
  const { callbacks: facet, gaps } = adapter.create(settings, adapterHost({ send, now: () => 0 }));
  if (facet === undefined) {
    const message = `this account takes no callbacks: ${gaps.callbacks?.reason ?? "the provider's documents describe none"}`;
    faults.push({ path: [callbacks === null ? 'authorization' : 'callbacks'], message });
  } else if (facet.isUnsigned && callbacks !== null && callbacks.secretPath === undefined) {
    const message = `this provider signs nothing, so that a secret path must stand for it: ${secretPathRule}`;
    faults.push({ path: ['callbacks', 'secretPath'], message });
  }
  if (facet?.asksForDecisions === false && authorization !== null) {
    faults.push({ path: ['authorization'], message: 'its provider does not ask this account about payments' });
  }
  if (!sandbox && authorization !== null && 'url' in authorization && !/^https:/i.test(authorization.url)) {
    const message = 'expected https; only an account with "sandbox": true may use http';
    faults.push({ path: ['authorization', 'url'], message });
  }
  return faults;
}

function parseFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new AccountsError(file, ['it cannot be read; GATEWAY_ACCOUNTS names its path']);
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    // The parser quotes what stands around the fault, which may be a secret that should not be there.
    const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new AccountsError(file, [`it is not JSON${place === undefined ? '' : `: look ${place}`}`]);
  }
  throw new AccountsError(file, ['expected an object of accounts by name']);
}

type Fail = (path: readonly PropertyKey[], message: string) => void;

/** Replaces every `{"file": …}` and `{"env": …}` by the secret it names. */
function resolveSecrets(
  value: unknown,
  path: readonly string[],
  fail: Fail,
  folder: string,
  environment: Sources['environment'],
): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolveSecrets(item, [...path, String(index)], fail, folder, environment));
  }
  if (typeof value !== 'object' || value === null) return value;
  const [first, ...others] = Object.entries(value);
  if (others.length === 0 && typeof first?.[1] === 'string') {
    if (first[0] === 'file') return secretFromFile(resolve(folder, first[1]), path, fail);
    if (first[0] === 'env') return secretFromEnvironment(first[1], environment, path, fail);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveSecrets(item, [...path, key], fail, folder, environment)]),
  );
}

function secretFromFile(file: string, path: readonly string[], fail: Fail): Secret | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '') return new Secret(text);
    fail(path, `the file ${file} is empty`);
  } catch {
    fail(path, `the file ${file} cannot be read`);
  }
  return undefined;
}

function secretFromEnvironment(
  name: string,
  environment: Sources['environment'],
  path: readonly string[],
  fail: Fail,
): Secret | undefined {
  const text = environment(name);
  if (text !== undefined && text !== '') return new Secret(text);
  fail(path, `the environment variable ${name} is not set`);
  return undefined;
}

/** The JSON Schema of the accounts file, for editors: made from the adapters' own settings. */
export function accountsFileSchema(adapters: readonly AdapterDefinition[]): unknown {
  const secret = {
    description: 'A secret, by the file or the environment variable that holds it.',
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
          description: 'Who owns what this account brings in.',
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
          description: "Pulls the account's cards this often; without it only when a caller asks.",
        },
        settings: schemaOf(adapter.settings),
        callbacks: { ...schemaOf(callbackSettings), description: 'How its callbacks are taken.' },
        authorization: {
          description: 'Who decides about the payments that the provider asks about. Without it they are declined.',
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
