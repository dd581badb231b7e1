import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../docker/command.ts';
import { UsageError } from '../command-line.ts';

export const repository: string = new URL('../../../../', import.meta.url).pathname;

/**
 * Checks out another commit below `folder` and installs its packages from pnpm's store, without network access.
 *
 * @throws UsageError if there is no such commit
 */
export async function checkOut(commit: string, folder: string, undo: AsyncDisposableStack): Promise<string> {
  const root = join(folder, 'against');
  const git = (...words: string[]): Promise<string> => run('git', words, { folder: repository });
  await git('rev-parse', '--verify', `${commit}^{commit}`).catch(() => {
    throw new UsageError(`--against: there is no commit "${commit}" in this repository.`);
  });
  await git('worktree', 'add', '--detach', root, commit);
  undo.defer(async () => {
    await git('worktree', 'remove', '--force', root);
  });
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  await run('npx', ['-y', packageManager, 'install', '--offline', '--frozen-lockfile'], { folder: root });
  return root;
}
