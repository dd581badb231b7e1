import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..');

/** The result of a program. */
export interface Ended {
  readonly code: number;
  /** Its whole output. */
  readonly output: string;
}

export interface Change {
  readonly path: string;
  readonly isNewFile: boolean;
  readonly newLines: number;
  readonly removedLines: number;
}

/** A copy of this repository, where tests may write anything. */
export interface RepositoryCopy {
  readonly folder: string;
  read(path: string): Promise<string>;
  /** Copies a folder of examples over it. */
  overlay(example: string): Promise<void>;
  /** Links the dependencies of a new adapter package, as `pnpm install` does. */
  link(adapter: string): Promise<void>;
  /** Runs a script with the Node of this process. */
  node(...args: readonly string[]): Promise<Ended>;
  /** Files changed since the last call, or since the copy was made, each with its new lines. */
  changes(): Promise<readonly Change[]>;
  remove(): Promise<void>;
}

/** Copies every file of the repository that is not ignored, and links the installed packages. */
export async function copyRepository(): Promise<RepositoryCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-copy-'));
  const inside = (path: string): string => join(folder, path);
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    maxBuffer: 16_000_000,
  });
  const files = stdout.split('\0').filter((path) => path !== '');
  for (const parent of new Set(files.map(dirname))) await mkdir(inside(parent), { recursive: true });
  // One that was deleted and is not committed yet is none.
  await Promise.all(files.map((path) => cp(join(repository, path), inside(path)).catch(ignoreMissing)));

  const link = (from: string, to: string): Promise<void> =>
    // Links between packages are relative, so they lead to the copies.
    cp(join(repository, from, 'node_modules'), inside(join(to, 'node_modules')), {
      recursive: true,
      verbatimSymlinks: true,
    });
  const folders = files.filter((path) => path.endsWith('/package.json')).map(dirname);
  await Promise.all(folders.map((path) => link(path, path).catch(ignoreMissing)));
  await symlink(join(repository, 'node_modules'), inside('node_modules'));
  await cp(join(repository, 'prisma/generated'), inside('prisma/generated'), { recursive: true });

  const git = async (...args: readonly string[]): Promise<string> => {
    const settings = ['-c', 'user.name=copy', '-c', 'user.email=copy@localhost', '-c', 'core.autocrlf=false'];
    return (await run('git', [...settings, ...args], { cwd: folder, maxBuffer: 16_000_000 })).stdout;
  };
  await git('init', '--quiet');
  await writeFile(inside('.git/info/exclude'), 'node_modules\n');
  const keep = async (): Promise<void> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--no-verify', '--message=copy');
  };
  await keep();

  return {
    folder,
    read: (path) => readFile(inside(path), 'utf8'),
    overlay: (example) => cp(join(repository, example), folder, { recursive: true }),
    link: async (adapter) => {
      await link('packages/adapter-onerway', `packages/${adapter}`);
      await symlink(`../../../../packages/${adapter}`, inside(`apps/gateway/node_modules/@card-gateway/${adapter}`));
    },
    node: (...args) => ended(run(process.execPath, args, { cwd: folder, maxBuffer: 64_000_000 })),
    changes: async () => {
      await git('add', '--all');
      const created = new Set((await git('diff', '--cached', '--name-only', '--diff-filter=A')).split('\n'));
      const lines = (await git('diff', '--cached', '--numstat', '--no-renames')).trim().split('\n');
      await keep();
      return lines.map((line) => {
        const [newLines, removedLines, path = ''] = line.split('\t');
        return { path, isNewFile: created.has(path), newLines: Number(newLines), removedLines: Number(removedLines) };
      });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function ended(running: Promise<{ stdout: string; stderr: string }>): Promise<Ended> {
  try {
    const { stdout, stderr } = await running;
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, output: stdout + stderr };
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
