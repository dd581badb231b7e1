import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

interface Manifest {
  readonly version: string;
  readonly engines?: unknown;
}

/** Builds the installable package into `folder`: JavaScript, `.d.ts`, and a manifest without dependencies on this workspace. */
export async function buildClient(folder: string): Promise<void> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const tsc = here('../../node_modules/typescript/bin/tsc');
  const emit = ['-p', here('tsconfig.build.json'), '--outDir', folder];
  await promisify(execFile)(process.execPath, [tsc, ...emit]).catch((error: { stdout?: string }) => {
    throw new Error(`tsc: ${error.stdout}`, { cause: error });
  });
  // tsc fixes only the imports of the JavaScript.
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.d.ts'))) {
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), text.replaceAll(/ from '(\.\/[\w-]+)\.ts'/g, " from '$1.js'"));
  }
  const { version } = await manifestOf(here('package.json'));
  const undici = await manifestOf(join(createRequire(import.meta.url).resolve('undici'), '../package.json'));
  const manifest = {
    name: '@card-gateway/client',
    version,
    description: 'A typed client of Card Gateway',
    license: 'UNLICENSED',
    type: 'module',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    engines: undici.engines,
    dependencies: { undici: `^${undici.version}` },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(here('README.md'), join(folder, 'README.md'));
}

async function manifestOf(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, 'utf8')) as Manifest;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildClient(fileURLToPath(new URL('dist', import.meta.url)));
}
