import { z } from 'zod';

/**
 * Schema of a Compose file according to the Compose Specification (https://github.com/compose-spec/compose-spec,
 * `05-services.md`, `07-volumes.md`, `build.md`), limited to the attributes that ours uses. A new attribute needs a line here.
 */
const name = z.string().regex(/^[a-zA-Z0-9._-]+$/);
const list = z.array(z.string());
const duration = z.string().regex(/^(\d+(us|ms|s|m|h))+$/);
const byteSize = z.string().regex(/^\d+(b|k|kb|m|mb|g|gb)$/);
/** The specification also allows a list of `NAME=value`; ours is a map. */
const texts = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const command = z.union([z.string(), list]);

const healthcheck = z.strictObject({
  disable: z.boolean().optional(),
  test: z.union([z.string(), list.refine(([kind]) => ['NONE', 'CMD', 'CMD-SHELL'].includes(String(kind)))]).optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  retries: z.number().optional(),
  start_period: duration.optional(),
  start_interval: duration.optional(),
});

const dependency = z.strictObject({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
});

const mount = z.union([
  z.string(),
  z.strictObject({
    type: z.enum(['volume', 'bind', 'tmpfs']),
    source: z.string().optional(),
    target: z.string(),
    read_only: z.boolean().optional(),
    volume: z.strictObject({ nocopy: z.boolean().optional() }).optional(),
  }),
]);

const build = z.union([
  z.string(),
  z.strictObject({ context: z.string(), target: z.string().optional(), args: texts.optional() }),
]);

const service = z.strictObject({
  image: z.string().optional(),
  build: build.optional(),
  pull_policy: z.enum(['always', 'never', 'missing', 'build']).optional(),
  command: command.optional(),
  entrypoint: command.optional(),
  user: z.string().optional(),
  environment: texts.optional(),
  depends_on: z.record(name, dependency).optional(),
  ports: list.optional(),
  volumes: z.array(mount).optional(),
  healthcheck: healthcheck.optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).optional(),
  stop_grace_period: duration.optional(),
  network_mode: z.string().optional(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.union([z.string(), list]).optional(),
  cap_drop: list.optional(),
  security_opt: list.optional(),
  mem_limit: byteSize.optional(),
});

export const composeFile = z.looseObject({
  name: name.optional(),
  services: z.record(name, service),
  volumes: z.record(name, z.null()).optional(),
});
