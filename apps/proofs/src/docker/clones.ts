import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const clones = join(repository, '.data/docker-verify');

/** The first commit that Docker Compose can start: the origin of upgrades until a version is tagged. */
const firstThatStarts = '845bb8a4a6a2f07e966d94739a6212cde291ca31';

export interface Clones {
  /** A clone of the current commit. */
  readonly current: string;
  readonly previous: string;
  /** Their commits, e.g. `Let jobs end (845bb8a)`. */
  readonly names: { readonly current: string; readonly previous: string };
  /** Whether there are no uncommitted changes, which no clone contains. */
  readonly isClean: boolean;
  remove(): Promise<void>;
}

/** @param wanted what to upgrade from; null for the newest version tag */
export async function makeClones(wanted: string | null): Promise<Clones> {
  const git = (...words: string[]): Promise<string> => run('git', words, { folder: repository });
  const tags = (await git('tag', '--list', 'v*', '--sort=-version:refname', '--no-contains', 'HEAD')).trim();
  const previous = wanted ?? (tags === '' ? firstThatStarts : String(tags.split('\n')[0]));
  await rm(clones, { recursive: true, force: true });
  await mkdir(clones, { recursive: true });
  const clone = async (name: string, commit: string): Promise<string> => {
    const folder = join(clones, name);
    await git('clone', '--quiet', '--no-checkout', repository, folder);
    await run('git', ['checkout', '--quiet', '--detach', commit], { folder });
    return folder;
  };
  const nameOf = async (commit: string): Promise<string> => (await git('log', '-1', '--format=%s (%h)', commit)).trim();
  return {
    current: await clone('current', (await git('rev-parse', 'HEAD')).trim()),
    previous: await clone('previous', (await git('rev-parse', `${previous}^{commit}`)).trim()),
    names: { current: await nameOf('HEAD'), previous: await nameOf(previous) },
    isClean: (await git('status', '--porcelain')) === '',
    remove: () => rm(clones, { recursive: true, force: true }),
  };
}
