import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import gateway from '../package.json' with { type: 'json' };
import { environment } from './config.ts';

/** The running build of the product. */
export interface Build {
  /** The single version of all packages. */
  readonly version: string;
  /** The commit of the sources; null if unknown. */
  readonly commit: string | null;
}

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const commitShape = /^[0-9a-f]{7,64}$/;

/** An image is built with its commit in `GIT_COMMIT`; a clone has it in `.git`. */
export const build: Build = {
  version: gateway.version,
  commit: [environment['GIT_COMMIT'] ?? '', commitOf(repository) ?? ''].find((text) => commitShape.test(text)) ?? null,
};

/** Version of the package that renders the API reference. */
export const referenceVersion: string = gateway.dependencies['@scalar/fastify-api-reference'];

/** The commit checked out in a clone or one of its worktrees; null if there is none. */
export function commitOf(folder: string): string | null {
  const own = gitFolder(folder);
  const head = read(own, 'HEAD')?.trim() ?? null;
  const [, ref] = /^ref: (\S+)$/.exec(head ?? '') ?? [];
  if (ref === undefined) return head;
  const shared = resolve(own, read(own, 'commondir')?.trim() ?? '');
  const packed = read(shared, 'packed-refs')
    ?.split('\n')
    .find((line) => line.endsWith(` ${ref}`));
  return (read(shared, ref) ?? packed)?.split(/\s/, 1)[0] ?? null;
}

function gitFolder(folder: string): string {
  const link = read(folder, '.git');
  return resolve(folder, /^gitdir: (.+)$/m.exec(link ?? '')?.[1] ?? '.git');
}

/** Null if it does not exist or is not a file. */
function read(folder: string, name: string): string | null {
  try {
    return readFileSync(resolve(folder, name), 'utf8');
  } catch {
    return null;
  }
}
