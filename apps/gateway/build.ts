import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { adapterPackages } from './src/adapters.ts';
import { codings } from './src/portal/coding.ts';
import { readScript } from './src/portal/script.ts';

// Builds what production runs into the folder `dist`: main.js and cli.js with all that they import, the portal's script, and the
// licenses of what is in them (docs/decisions/built-javascript.md).

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dist = here('dist');

/** The registry imports adapters by the names that it reads from the manifest. */
const adapters: Plugin = {
  name: 'adapters',
  transform: {
    filter: { id: here('src/adapters.ts') },
    handler(code) {
      const original = 'import(name)';
      if (!code.includes(original)) this.error(`src/adapters.ts has no "${original}" any more: mend build.ts`);
      const imports = adapterPackages.map((name, index) => `import * as adapter${index} from '${name}';`);
      const byName = adapterPackages.map((name, index) => `'${name}': adapter${index}`);
      return { code: `${imports.join('')}${code.replace(original, `({ ${byName.join(', ')} })[name]`)}`, map: null };
    },
  },
};

/** Files that the code reads stay beside its sources. */
const paths: Plugin = {
  name: 'paths',
  transform: {
    filter: { id: { exclude: /node_modules/ }, code: 'import.meta.url' },
    handler: (code, id) => ({
      code: code.replaceAll('import.meta.url', `new URL('${relative(dist, id)}', import.meta.url).href`),
      map: null,
    }),
  },
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const ofUndici = (path: string): string =>
  createRequire(here('../../packages/adapter-kit/exchange.ts')).resolve(`undici/lib/${path}.js`);
/**
 * Modules that would load much more than is used. An import of `node:http` makes Node load its fetch and WebSocket, which are among
 * the exports (45 ms of CPU time, 13 MB in a process of its own); undici's index loads its fetch, WebSocket, cache and mocks (5 MB).
 */
const slim: Readonly<Record<string, string>> = {
  'node:http': "module.exports = process.getBuiltinModule('node:http');",
  // What adapters and the client of `gateway events` use; the client always names its dispatcher.
  undici: `import api from '${ofUndici('api/api-request')}';
    export { default as Agent } from '${ofUndici('dispatcher/agent')}';
    export const request = (url, { dispatcher, ...options }) => {
      const { origin, pathname, search } = new URL(url);
      return api.call(dispatcher, { ...options, origin, path: pathname + search });
    };`,
};
const slimmer: Plugin = {
  name: 'slimmer',
  resolveId: { filter: { id: /^(node:http|undici)$/ }, handler: (id) => `\0${id}` },
  load: { filter: { id: /^\0/ }, handler: (id) => slim[id.slice(1)] },
};

/** Stack traces name the lines of the sources. A map of the packages too would take 80 MB of memory. */
const noMaps: Plugin = {
  name: 'no maps of packages',
  transform: {
    filter: { id: /node_modules/ },
    handler: (code) => ({ code, map: { mappings: '' } }),
  },
};

const bundle = await rolldown({
  input: { main: here('src/main.ts'), cli: here('src/cli.ts') },
  platform: 'node',
  plugins: [adapters, slimmer, paths, noMaps],
  onLog: (level, log, handle) => {
    // Otherwise it would be missing only when it is imported. Packages import others that need not be there.
    if (log.code === 'UNRESOLVED_IMPORT' && log.message.includes('@card-gateway/')) throw new Error(log.message);
    handle(level, log);
  },
});
const { output } = await bundle.generate({
  dir: dist,
  chunkFileNames: '[name].js',
  sourcemap: true,
  sourcemapExcludeSources: true,
  comments: false,
});
await mkdir(dist, { recursive: true });
for (const file of output) {
  // Node keeps a text with any other character in UTF-16.
  const ascii = (text: string): string =>
    text.replaceAll(/\P{ASCII}/gu, (character) => character.split('').map(escaped).join(''));
  await place(file.fileName, file.type === 'chunk' ? ascii(file.code) : file.source);
}
const made = new Set(output.map(({ fileName }) => fileName));
for await (const name of glob('*.{js,map}', { cwd: dist })) if (!made.has(name)) await rm(join(dist, name));
for (const coding of codings) await readScript(coding);

const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
const reference = createRequire(here('src/portal/script-process.ts')).resolve('@scalar/fastify-api-reference');
const packages = new Set(
  [...modules, reference].flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []),
);
const licenses = await Promise.all([...packages].sort().map(licenseOf));
await place('licenses.txt', licenses.join(`\n${'-'.repeat(80)}\n\n`));

/** Replaces a file as a whole, for processes that start while it is built again. */
async function place(name: string, content: string | Uint8Array): Promise<void> {
  const own = join(dist, `${name}.${process.pid}`);
  await writeFile(own, content);
  await rename(own, join(dist, name));
}

/** A package's name, version and license texts. */
async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const texts: string[] = [];
  for await (const file of glob('{licen[cs]e,LICEN[CS]E,copying,COPYING,NOTICE}*', { cwd: folder })) {
    texts.push(await readFile(join(folder, file), 'utf8'));
  }
  return `${String(name)} ${String(version)} (${String(license)})\n\n${texts.join('\n')}`;
}
