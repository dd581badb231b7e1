import { resolve } from 'node:path';
import { z } from 'zod';
import { duration } from './duration.ts';
import { callbackProviders, ofEach, providers, type OfEach } from './providers.ts';

/** Every setting has a default, so that a test states only what matters to it. */
const configSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** 0 picks any free port. */
  port: z.int().min(0).max(65_535).default(0),
  /** Delay before each answer, after the effect. */
  latencyMs: duration.default(0),
  /** Keeps the state across restarts; relative to the configuration file, like key files. Default: memory only. */
  stateFile: z.string().min(1).optional(),
  /**
   * Makes generated values (access tokens, SMS codes, order numbers) the same at each start and after each reset. Default:
   * different ones, so that no number is issued twice.
   */
  seed: z.int().optional(),
  callbacks: z
    .strictObject({
      /**
       * Targets of callbacks, by provider or by `provider/merchant`, which takes precedence. Without an entry, or with an empty
       * one, none are sent.
       */
      targets: z
        .record(
          z.string().regex(new RegExp(`^(?:${callbackProviders.join('|')})(?:/.+)?$`)),
          z.union([z.url(), z.literal('')]),
        )
        .default({}),
      /**
       * [ASSUMED] total number of attempts for an unacknowledged callback, and the pause before the next one, which grows.
       * Documented schedules span hours; no test waits that long.
       */
      attempts: z.int().min(1).default(3),
      pauseMs: duration.default(200),
      /** The shortest documented time-out for notifications is 5 s; a provider that needs less sets its own. */
      timeoutMs: duration.default(5000),
    })
    .prefault({}),
  ...(ofEach(({ settings }) => settings) as OfEach<'settings'>),
});

export type SandboxConfig = z.input<typeof configSchema>;
/** For a sandbox without delays. */
export const atOnce: SandboxConfig = ofEach((provider) => provider.atOnce ?? {});
/** Each provider's part is the result of its `load`. */
export type Config = z.output<typeof configSchema>;

/** File paths are relative to `folder`. */
export async function readConfig(input: unknown, folder: string): Promise<Config> {
  const config = configSchema.parse(input);
  const stateFile = config.stateFile === undefined ? undefined : resolve(folder, config.stateFile);
  const loaded = providers.map(async ([key, provider]) => [
    key,
    (await provider.load?.(config[key], folder)) ?? config[key],
  ]);
  return { ...config, stateFile, ...Object.fromEntries(await Promise.all(loaded)) };
}
