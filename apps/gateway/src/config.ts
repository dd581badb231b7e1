import { resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { isProxyUrl, proxyRule } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import { addressList } from './addresses.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { databaseUrl } from './database-url.ts';
import { FaultsError, listOfFaults } from './faults.ts';
import { inOurWords } from './issue-words.ts';
import { contradictions, unknownVariables } from './setting-faults.ts';
import { readTextFile, UnreadableFile } from './text-file.ts';

export const environment: NodeJS.ProcessEnv = process.env;

/** One environment setting: how it is parsed, its default, and its description for operators. */
interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly fallback: string | null;
  /** Default with `NODE_ENV=production`. */
  readonly inProduction?: string;
  readonly about: string;
  /** May also come from the file named by `<NAME>_FILE`, as Docker and Kubernetes provide secrets. */
  readonly secret?: true;
  /** The lower-case name is accepted too, as in other programs. */
  readonly anyCase?: true;
}

function setting<Schema extends z.ZodType>(schema: Schema, fallback: string | null, about: string): Setting<Schema> {
  return { schema, fallback, about };
}

function secret<Schema extends z.ZodType>(schema: Schema, about: string): Setting<Schema> {
  return { schema, fallback: null, about, secret: true };
}

const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(z.number().min(least, `expected at least ${least}`).max(most, `expected at most ${most}`));

/** `10.0.0.0/8,2001:db8::1` */
const commaSeparated = z.string().transform((text) => (text === '' ? [] : text.split(',').map((part) => part.trim())));

const namedKey = /^([a-z0-9-]{1,16}):([A-Za-z0-9+/]{43}=?)$/;

/** `id:base64,id:base64`: the first key is used for new data, all of them for existing data. */
const keyList = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const [, id = '', base64 = ''] = namedKey.exec(part.trim()) ?? [];
    return { id, key: Buffer.from(base64, 'base64') };
  });
  for (const { id, key } of keys) {
    if (id === '' || key.length !== 32) {
      context.addIssue({
        code: 'custom',
        message:
          'expected "<id>:<base64 of 32 bytes>", several separated by commas; make one with: echo $(openssl rand -hex 4):$(openssl rand -base64 32)',
      });
      return z.NEVER;
    }
  }
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue({ code: 'custom', message: 'expected each key id once' });
    return z.NEVER;
  }
  return keys;
});

const proxy = z
  .string()
  .refine((text) => text === '' || isProxyUrl(text), proxyRule)
  .transform((text) => (text === '' ? null : new Secret(text)));

const mostHeapBytes = 1_099_511_627_776;
/** `auto` leaves room to finish requests in progress: Node aborts the process at its heap limit. */
const heapBytes = z.union(
  [
    z.literal('auto').transform(() => Math.floor(0.85 * getHeapStatistics().heap_size_limit)),
    integer(0, mostHeapBytes),
  ],
  `expected a whole number from 0 to ${mostHeapBytes}, or auto`,
);

/** The operator's name on the command line; nine consecutive digits could be a phone number, which the audit log rejects. */
export function isOperatorName(name: string): boolean {
  return name === '' || (/^[A-Za-z][\w.@+-]{0,63}$/.test(name) && !/\d{9}/.test(name));
}

export const operatorNameRule: string =
  'expected a name: a letter, then up to 63 letters, digits (not nine in a row), ".", "_", "-", "+" and "@", e.g. an e-mail address';

/** Every setting the gateway reads, in the order of `.env.example`. */
const settings = {
  HOST: setting(z.string().min(1), '127.0.0.1', 'Address to listen on.'),
  PORT: setting(integer(0, 65_535), '8080', 'Port to listen on; 0 picks a free one.'),
  LOG_LEVEL: setting(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'expected trace, debug, info, warn, error or silent'),
    'info',
    'Lowest level that is logged.',
  ),
  DATABASE_URL: secret(databaseUrl, 'PostgreSQL 15 or newer; over a network with ?sslmode=verify-full (README).'),
  DATABASE_RUNTIME_ROLE: setting(
    z.string().regex(/^[\w.@$-]{1,63}$/, 'expected the name of a role'),
    'card_gateway_runtime',
    'Database role of the gateways; "gateway migrate", run with the owner\'s DATABASE_URL, grants it what they need.',
  ),
  GATEWAY_ACCOUNTS: setting(z.string().min(1), null, 'Path of the accounts file (docs/accounts.schema.json).'),
  GATEWAY_SEALING_KEYS: secret(
    keyList,
    'Keys that seal card numbers and tokens (AES-256-GCM): <id>:<base64>, newest first.',
  ),
  GATEWAY_FINGERPRINT_KEYS: secret(
    keyList,
    'Keys of the fingerprints by which numbers are found (HMAC-SHA-256): <id>:<base64>, newest first.',
  ),
  DATABASE_CONNECTIONS: setting(
    integer(5, 500),
    '20',
    'Maximum PostgreSQL connections: a fifth (2 to 4) for the job queue, one for the database watch, the rest for requests; a third of these may store lists of providers.',
  ),
  DATABASE_CONNECT_TIMEOUT_MS: setting(integer(10, 60_000), '2000', 'Maximum wait for a free connection, then 503.'),
  DATABASE_STATEMENT_TIMEOUT_MS: setting(
    integer(10, 600_000),
    '5000',
    'Statement time-out. A commit that waits for a standby ends, unconfirmed, one second later: 503.',
  ),
  DATABASE_LOCK_TIMEOUT_MS: setting(
    integer(10, 600_000),
    '2000',
    'Maximum wait for a lock held by another transaction.',
  ),
  DATABASE_STANDBY: setting(
    z.enum(['optional', 'required'], 'expected optional or required'),
    'optional',
    'required: the gateway refuses to start, and is not ready, unless a synchronous standby confirms commits.',
  ),
  HTTP_REQUEST_TIMEOUT_MS: setting(integer(100, 600_000), '10000', 'Time limit for a complete request to arrive.'),
  HTTP_READ_DEADLINE_MS: setting(
    integer(100, 600_000),
    '10000',
    'Time limit to answer a read; a caller can shorten it with X-Request-Deadline.',
  ),
  HTTP_WRITE_DEADLINE_MS: setting(
    integer(100, 600_000),
    '20000',
    'Time limit to answer a write; a caller can shorten it with X-Request-Deadline.',
  ),
  HTTP_RECORDING_RESERVE_MS: setting(
    integer(0, 60_000),
    '500',
    "Part of that time reserved for recording the provider's answer; the provider gets the rest.",
  ),
  HTTP_KEEP_ALIVE_TIMEOUT_MS: setting(
    integer(0, 600_000),
    '65000',
    'Idle connections are closed after this time; 0: only when nothing has moved for some minutes, like any other.',
  ),
  HTTP_BODY_LIMIT_BYTES: setting(integer(1024, 10_485_760), '65536', 'Maximum size of a request body.'),
  HTTP_TRUSTED_PROXIES: setting(
    commaSeparated.pipe(addressList),
    '',
    'Proxies whose X-Forwarded-For is trusted (addresses and networks, separated by commas), for allowFrom of callbacks and limits per address.',
  ),
  CALLBACK_BODY_LIMIT_BYTES: setting(integer(1024, 10_485_760), '16384', 'Maximum size of a callback.'),
  CALLBACK_HINT_INTERVAL_MS: setting(
    integer(0, 3_600_000),
    '10000',
    'Minimum time between two reads of one card caused by unsigned or ambiguous callbacks.',
  ),
  CALLBACK_REFUSALS_PER_MINUTE: setting(
    integer(1, 1_000_000),
    '60',
    'Refused callbacks per minute from one address; beyond that 429. Not applied for an hour after a genuine one from there.',
  ),
  CALLBACKS_KEPT_DAYS: setting(integer(1, 3650), '90', 'How long a callback is kept after it was processed.'),
  PROVIDER_READ_TIMEOUT_MS: setting(integer(100, 120_000), '10000', 'Total time limit of a provider read.'),
  PROVIDER_WRITE_TIMEOUT_MS: setting(
    integer(100, 120_000),
    '20000',
    'Total time limit of a provider write; beyond it the outcome is unknown.',
  ),
  PROVIDER_CONNECT_TIMEOUT_MS: setting(
    integer(10, 60_000),
    '3000',
    'Maximum wait for a slot at an account, and again to connect to its provider.',
  ),
  PROVIDER_CONNECTIONS: setting(
    integer(1, 1000),
    '32',
    'Maximum concurrent calls per account, each on its own connection; look-ups have a few more.',
  ),
  PROVIDER_QUEUE: setting(integer(0, 10_000), '64', 'Maximum queued calls per account; beyond that 503.'),
  PROVIDER_CIRCUIT_FAILURES: setting(
    integer(1, 1000),
    '10',
    "Consecutive calls not sent, without an answer or with a 5xx that open the account's circuit: 503.",
  ),
  PROVIDER_CIRCUIT_REST_MS: setting(
    integer(10, 600_000),
    '5000',
    'How long the circuit stays open; then one call probes the provider, and an answer closes it.',
  ),
  PROVIDER_MAX_RESPONSE_BYTES: setting(
    integer(1024, 104_857_600),
    '1048576',
    "Maximum size of a provider's answer, decompressed; a longer one counts as lost.",
  ),
  HTTPS_PROXY: {
    ...setting(
      proxy,
      '',
      'Forward proxy to https services, http(s)://[<user>:<password>@]<host>:<port>; `network.proxy` of an account takes precedence.',
    ),
    secret: true,
    anyCase: true,
  },
  NO_PROXY: {
    ...setting(
      z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean)),
      '',
      'Hosts exempt from HTTPS_PROXY, separated by commas: names including subdomains, addresses, networks, each with optional :<port>; * means all.',
    ),
    anyCase: true,
  },
  JOBS_CONCURRENCY: setting(
    integer(1, 100),
    '8',
    'Concurrent jobs in this process (fewer if DATABASE_CONNECTIONS leaves requests less than two); at most a quarter may be look-ups for one account.',
  ),
  EVENTS_WAITING: setting(
    integer(0, 100_000),
    '5000',
    'Maximum requests that wait for events at once in this process; beyond that 429. Each takes some 30 KB of memory.',
  ),
  EVENTS_WAITING_PER_KEY: setting(integer(0, 100_000), '100', 'The same of one API key.'),
  IDEMPOTENCY_KEPT_DAYS: setting(
    integer(1, 3650),
    '30',
    'Days after which the Idempotency-Key of a resolved write is removed, and may be used again.',
  ),
  CARD_DATA_KEPT_DAYS: setting(
    integer(2, 3650),
    '90',
    'Days after which sealed numbers and fingerprints of cancelled, replaced, refused, expired or removed resources are deleted.',
  ),
  FAILED_CALLBACKS_KEPT_DAYS: setting(
    integer(1, 3650),
    '180',
    'How long a callback that could not be processed is kept.',
  ),
  SYNCS_KEPT_DAYS: setting(integer(2, 3650), '90', 'How long a sync is kept after its end.'),
  EVENTS_KEPT_DAYS: setting(
    integer(7, 3650),
    '90',
    'How long an event can be read or delivered. A destination that gets none for three days is disabled before that.',
  ),
  PRODUCTS_MAX_AGE_MS: setting(integer(0, 86_400_000), '300000', 'Products read longer ago than this are read again.'),
  SMS_CODE_LIFETIME_MS: setting(
    integer(1000, 3_600_000),
    '300000',
    'Displayed lifetime of an SMS code (`challenge.expiresAt`); only the provider decides.',
  ),
  SMS_RESEND_AFTER_MS: setting(integer(0, 3_600_000), '60000', 'Minimum time between two SMS for one user and card.'),
  SMS_WRONG_CODES: setting(integer(1, 100), '5', 'Wrong codes after which a challenge is closed.'),
  SMS_PER_PHONE_AND_HOUR: setting(integer(1, 1000), '5', 'Maximum SMS of one tenant to one phone number per hour.'),
  SMS_PER_PHONE_AND_DAY: setting(integer(1, 1000), '10', 'Maximum SMS of one tenant to one phone number per 24 hours.'),
  CARD_NUMBERS_PER_USER_AND_HOUR: setting(
    integer(1, 100_000),
    '20',
    'Maximum card numbers checked or bound for one user per hour, because each could be a guess.',
  ),
  CARD_QUESTIONS_PER_KEY_AND_HOUR: setting(
    integer(1, 1_000_000),
    '1000',
    'Maximum binding checks and issuer look-ups of one API key per hour.',
  ),
  SECURITY_CODES_PER_CARD_AND_DAY: setting(
    integer(1, 1000),
    '5',
    'Maximum security codes tried at one card per 24 hours until it is active.',
  ),
  SECURITY_CODES_PER_CARD_AND_MONTH: setting(integer(1, 1000), '10', 'The same per 30 days.'),
  PIN_CHANGES_PER_CARD_AND_DAY: setting(integer(1, 1000), '5', 'Maximum PIN changes of one card per 24 hours.'),
  RESOLVE_BY_OTHERS: {
    ...setting(
      z.enum(['optional', 'required'], 'expected optional or required'),
      'optional',
      'required: the caller that made a write may not resolve it by resolveOperation; the default with NODE_ENV=production.',
    ),
    inProduction: 'required',
  },
  REVEALS_PER_KEY_AND_HOUR: setting(
    integer(1, 100_000),
    '60',
    'Maximum cards, frame tokens and binding tokens revealed to one API key per hour.',
  ),
  EVENTS_ALLOWED_HOSTS: setting(
    commaSeparated.pipe(allowedHosts),
    '',
    'Where events may be posted, separated by commas: hosts, *.<suffix>, addresses and networks; http://<host> allows plain HTTP there too. Loopback, link-local and metadata addresses only if listed as addresses. Empty: nowhere.',
  ),
  EVENTS_DELIVERY_TIMEOUT_MS: setting(
    integer(100, 60_000),
    '10000',
    'Time limit of one attempt to post an event, from the connection to the last byte of the answer.',
  ),
  DELIVERY_ATTEMPTS_KEPT_DAYS: setting(integer(1, 3650), '30', 'How long an attempt to post an event is kept.'),
  OVERLOAD_EVENT_LOOP_DELAY_MS: setting(
    integer(0, 60_000),
    '1000',
    'Mean event loop delay over one second above which requests get 503; 0 disables this.',
  ),
  OVERLOAD_HEAP_BYTES: setting(
    heapBytes,
    'auto',
    "Live heap after a collection above which requests get 503; auto is 85 % of Node's limit, 0 disables this.",
  ),
  METRICS_PORT: {
    ...setting(
      z.union([z.enum(['main', 'off']), integer(0, 65_535)], 'expected main, off or a port'),
      'main',
      'Where /metrics is served: main (on PORT, without a key), off, or a separate port on HOST; 9464 with NODE_ENV=production.',
    ),
    inProduction: '9464',
  },
  GATEWAY_OPERATOR: setting(
    z.string().refine(isOperatorName, operatorNameRule),
    '',
    'Name of the operator on the command line, for the audit log; "--by" of a command takes precedence.',
  ),
  GATEWAY_URL: setting(
    z.string().regex(/^(https?:\/\/[^\s?#]+)?$/, 'expected a URL such as https://cards.internal'),
    '',
    'The gateway that "gateway events" on the command line speaks to; default this machine, on PORT. The service itself does not use it.',
  ),
  GATEWAY_API_KEY: {
    ...setting(
      z.string().regex(/^[\x21-\x7e]*$/, 'expected one API key, on one line'),
      '',
      'The API key of "gateway events" on the command line. The service itself does not use it.',
    ),
    secret: true,
  },
  SHUTDOWN_DELAY_MS: setting(
    integer(0, 300_000),
    '0',
    'How long the gateway serves requests after SIGTERM while not ready, until load balancers send no more.',
  ),
  SHUTDOWN_GRACE_MS: setting(
    integer(1000, 300_000),
    '28000',
    'Time limit to finish after that; the platform must wait longer than both together before it kills the process.',
  ),
} as const;

type Settings = typeof settings;
export type Config = { readonly [Name in keyof Settings]: z.output<Settings[Name]['schema']> };

/** Invalid settings: every fault with its setting and how to fix it. */
export class ConfigError extends FaultsError {
  constructor(faults: readonly string[]) {
    super(faults, listOfFaults('The settings are', faults));
    this.name = 'ConfigError';
  }
}

/**
 * Reads all settings, each from its variable or, for secrets, from the file that `<NAME>_FILE` names. An unknown variable that
 * was probably meant as a setting is a fault too.
 *
 * @param elsewhere variables that other readers use
 * @throws {@link ConfigError} with every fault at once
 */
export function readConfig(env: NodeJS.ProcessEnv = environment, elsewhere: ReadonlySet<string> = new Set()): Config {
  const { config, faults } = readEach(Object.keys(settings) as (keyof Config)[], env);
  faults.push(...unknownVariables(env, settings, elsewhere));
  if (faults.length > 0) throw new ConfigError(faults);
  return config as Config;
}

/** {@link readConfig} limited to the settings that a command needs. @throws {@link ConfigError} */
export function readSettings<Name extends keyof Config>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv = environment,
): Pick<Config, Name> {
  const { config, faults } = readEach(names, env);
  if (faults.length > 0) throw new ConfigError(faults);
  return config as Pick<Config, Name>;
}

function readEach(names: readonly (keyof Config)[], env: NodeJS.ProcessEnv) {
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const name of names) {
    const setting: Setting<z.ZodType> = settings[name];
    const text = textOf(name, setting, env, faults);
    if (text === null) continue;
    const result = setting.schema.safeParse(text, { error: inOurWords });
    if (result.success) config[name] = result.data;
    else
      faults.push(
        ...result.error.issues.map(({ message }) => `${sourceOf(name, setting, env)}: ${message}. ${setting.about}`),
      );
  }
  faults.push(...contradictions(config));
  return { config, faults };
}

/** Where a setting's text comes from: its variable, or the file that another variable names. */
function sourceOf(name: string, { secret }: Setting<z.ZodType>, env: NodeJS.ProcessEnv): string {
  const file = env[`${name}_FILE`] ?? '';
  return secret === true && file !== '' && (env[name] ?? '') === '' ? `${name}_FILE: ${resolve(file)}` : name;
}

function textOf(name: string, setting: Setting<z.ZodType>, env: NodeJS.ProcessEnv, faults: string[]): string | null {
  const direct = env[name] ?? (setting.anyCase === true ? env[name.toLowerCase()] : undefined) ?? '';
  const file = setting.secret === true ? (env[`${name}_FILE`] ?? '') : '';
  if (direct !== '' && file !== '') faults.push(`${name}: ${name}_FILE is set too; keep one of the two.`);
  if (direct !== '') return direct;
  if (file !== '') {
    try {
      return readTextFile(resolve(file)).trim();
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      faults.push(`${name}_FILE: ${error.message}.`);
      return null;
    }
  }
  const fallback = (env['NODE_ENV'] === 'production' ? setting.inProduction : undefined) ?? setting.fallback;
  if (fallback !== null) return fallback;
  faults.push(`${name}: it is not set${setting.secret === true ? `, nor is ${name}_FILE` : ''}. ${setting.about}`);
  return null;
}

/** Maximum concurrent look-ups for one account per process, so that a hanging provider does not block every worker. */
export function lookUpsAtOnce(config: Config): number {
  return Math.max(1, Math.floor(jobsAtOnce(config) / 4));
}

/**
 * Maximum concurrent jobs per process. Each may need a connection, and requests keep at least two of theirs, or half if there
 * are few.
 */
export function jobsAtOnce(config: Pick<Config, 'JOBS_CONCURRENCY' | 'DATABASE_CONNECTIONS'>): number {
  const { requests } = connectionShares(config);
  return Math.min(config.JOBS_CONCURRENCY, Math.max(requests - 2, Math.ceil(requests / 2)));
}

/** Milliseconds after SIGTERM that work may take to end; the rest of the grace is to close what it uses. */
export function workGraceMs({ SHUTDOWN_GRACE_MS: grace }: Pick<Config, 'SHUTDOWN_GRACE_MS'>): number {
  return grace * 0.8;
}

/** Shares of the PostgreSQL connections: a leak or wait in one part does not affect the others. */
export function connectionShares({ DATABASE_CONNECTIONS: all }: Pick<Config, 'DATABASE_CONNECTIONS'>): {
  readonly requests: number;
  readonly queue: number;
  /** Maximum connections for storing providers' lists, out of those for requests. */
  readonly lists: number;
  /** Maximum connections for transactions in which the requests of an API key wait for each other, out of the same. */
  readonly keys: number;
} {
  const queue = Math.min(4, Math.max(2, Math.floor(all / 5)));
  const requests = all - queue - 1;
  const third = Math.max(1, Math.floor(requests / 3));
  return { queue, requests, lists: third, keys: third };
}

/** Maximum lists being stored, and queued per account: as many as it may have calls, because all of them may end at once. */
export function listLimits(config: Config): { readonly slots: number; readonly queue: number } {
  return { slots: connectionShares(config).lists, queue: config.PROVIDER_CONNECTIONS + config.PROVIDER_QUEUE };
}

export function envExample(): string {
  const lines = Object.entries(settings as Record<string, Setting<z.ZodType>>).flatMap(([name, setting]) => [
    `# ${setting.about}${setting.secret === true ? ` Or name a file that holds it: ${name}_FILE.` : ''}`,
    setting.fallback === null ? `${name}=` : `# ${name}=${setting.fallback}`,
    '',
  ]);
  return [
    '# Settings of the gateway, all from the environment: no file is loaded by itself. Generated by "pnpm openapi".',
    '',
    ...lines,
  ].join('\n');
}
