import { randomUUID } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Installation } from './installation.ts';

/** Maximum size added to Node's image. */
const mostProductBytes = 60_000_000;

/** Files that must not be in the production image. */
const foreign: readonly (readonly [string, RegExp])[] = [
  ['another application', /^apps\/(?!gateway\/)|^packages\//],
  ['a source', /\.[cm]?ts$/],
  ['a package beside the built files', /(^|\/)node_modules\//],
  ['settings or secrets', /(\/|^)(\.env|accounts.*\.json$|.*\.(pem|key)$)/],
];

export async function build({ compose, options }: Installation): Promise<string> {
  await compose('build');
  const gateway = await productBytes(`card-gateway:${options.tag}`, options.folder);
  const sandbox = await productBytes(`card-gateway-sandbox:${options.tag}`, options.folder);
  if (gateway > mostProductBytes) throw new Error(`The gateway's image adds ${megabytes(gateway)} to Node's.`);
  return `on Node's image, gateway ${megabytes(gateway)}, sandbox ${megabytes(sandbox)}`;
}

/** The size of the layers added to the base image; our first instruction is `WORKDIR /app`. */
async function productBytes(image: string, folder: string): Promise<number> {
  const format = '{{.Size}} {{.CreatedBy}}';
  const history = await run('docker', ['history', '--no-trunc', '--human=false', '--format', format, image], {
    folder,
  });
  const layers = history.trim().split('\n');
  const first = layers.findLastIndex((layer) => layer.includes('WORKDIR /app'));
  if (first === -1) throw new Error(`${image} has no WORKDIR /app.`);
  return layers.slice(0, first + 1).reduce((sum, layer) => sum + Number.parseInt(layer, 10), 0);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Checks that the image contains only the gateway, and its metadata. */
export async function contents({ options }: Installation): Promise<string> {
  const { folder, tag } = options;
  const image = `card-gateway:${tag}`;
  const find = ['run', '--rm', '--entrypoint', 'find', image, '.', '-type', 'f', '-printf', '%P\\n'];
  const files = (await run('docker', find, { folder })).trim().split('\n');
  const found = foreign.flatMap(([what, path]) =>
    files.filter((file) => path.test(file)).map((file) => `${what}: ${file}`),
  );
  if (found.length > 0)
    throw new Error([`${found.length} files do not belong into the image:`, ...found.slice(0, 20)].join('\n'));

  const inspect = ['image', 'inspect', '--format', '{{json .Config}}', image];
  const config = JSON.parse(await run('docker', inspect, { folder })) as {
    User: string;
    Labels: Record<string, string>;
  };
  if (!/^[1-9]\d*:[1-9]\d*$/.test(config.User)) throw new Error(`The image runs as "${config.User}".`);
  const version = config.Labels['org.opencontainers.image.version'];
  const manifest = JSON.parse(await readFile(join(folder, 'apps/gateway/package.json'), 'utf8')) as { version: string };
  if (version !== manifest.version) throw new Error(`The image's label says version ${version}.`);
  return `${files.length} files, none of them foreign; runs as ${config.User}; version ${version}`;
}

/** Checks that a changed source line is built within seconds and runs after the next `up`. */
export async function changedLine(installation: Installation): Promise<string> {
  const { compose, up, options } = installation;
  const path = 'apps/gateway/src/page.ts';
  const file = join(options.folder, path);
  const before = await readFile(file, 'utf8');
  // Unique, because the engine caches layers; with an effect, because the build drops what has none.
  const mark = randomUUID();
  await appendFile(file, `Object.assign(globalThis, { '${mark}': true });\n`);
  const started = performance.now();
  await compose('build');
  const seconds = (performance.now() - started) / 1000;
  await up();
  const count = `cat apps/gateway/dist/*.js | grep -c ${mark} || true`;
  const runs = Number(await compose('exec', '-T', 'gateway', 'sh', '-c', count)) === 1;
  await writeFile(file, before);
  await up();
  if (!runs) throw new Error('After "up" the gateway still ran the old source.');
  return `built in ${seconds.toFixed(1)} s, and "up" ran it`;
}

/** Removes the built images, including those whose name a later build took. */
export async function removeImages(tag: string, folder: string): Promise<void> {
  const docker = (...words: string[]): Promise<string> => run('docker', ['image', ...words], { folder });
  await docker('rm', '--force', `card-gateway:${tag}`, `card-gateway-sandbox:${tag}`);
  for (const title of ['Card Gateway', 'Card Gateway sandbox']) {
    await docker('prune', '--force', '--filter', `label=org.opencontainers.image.title=${title}`);
  }
}
