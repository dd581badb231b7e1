import { resolve } from 'node:path';
import { z } from 'zod';
import { duration } from './duration.ts';
import { callbackProviders, ofEach, providers, type OfEach } from './providers.ts';

/** Every setting has a default, so that a test writes down only what it is about. */
export const configSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.int().min(0).max(65_535).default(0),
  /** Delay before each answer, after the work. */
  latencyMs: duration.default(0),
  /** Keeps the state over a restart; relative to the configuration file, as key files are. Absent: memory only. */
  stateFile: z.string().min(1).optional(),
  /**
   * Makes what is made up (access tokens, SMS codes, order numbers) the same at each start and after each reset. Absent:
   * different ones, so that no number is given out twice.
   */
  seed: z.int().optional(),
  callbacks: z
    .strictObject({
      /**
       * Where callbacks are sent, by provider, or by `provider/merchant`, which wins. None is sent where there is no entry,
       * or an empty one.
       */
      targets: z
        .record(
          z.string().regex(new RegExp(`^(?:${callbackProviders.join('|')})(?:/.+)?$`)),
          z.union([z.url(), z.literal('')]),
        )
        .default({}),
      /**
       * [ASSUMED] how often one that is not acknowledged is sent in all, and the pause before the next time, which grows by
       * itself. Where a provider documents a schedule, it is of hours; no test waits that long.
       */
      attempts: z.int().min(1).default(3),
      pauseMs: duration.default(200),
      /** The shortest that a provider documents for notifications is 5 s; one that needs less asks for it. */
      timeoutMs: duration.default(5000),
    })
    .prefault({}),
  ...(ofEach(({ settings }) => settings) as OfEach<'settings'>),
});

export type SandboxConfig = z.input<typeof configSchema>;
/** For a sandbox in which nothing takes its time. */
export const atOnce: SandboxConfig = ofEach((provider) => provider.atOnce ?? {});
/** Each provider's part is as its `load` made it. */
export type Config = z.output<typeof configSchema>;

/** Paths of files are read relative to `folder`. */
export async function readConfig(input: unknown, folder: string): Promise<Config> {
  const config = configSchema.parse(input);
  const stateFile = config.stateFile === undefined ? undefined : resolve(folder, config.stateFile);
  const loaded = providers.map(async ([key, provider]) => [
    key,
    (await provider.load?.(config[key], folder)) ?? config[key],
  ]);
  return { ...config, stateFile, ...Object.fromEntries(await Promise.all(loaded)) };
}
