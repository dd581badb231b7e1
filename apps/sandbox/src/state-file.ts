import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { StartError } from './start-error.ts';
import type { Snapshot, World } from './world.ts';

/** Incremented when the shape of a snapshot changes: an older file is rejected instead of misread. */
const version = 1;
/** Changes closer together than this share one write. */
const quietMs = 100;

export interface StateFile {
  /** Throws if the file cannot be written. */
  save(): Promise<void>;
  /** Writes pending changes. */
  close(): Promise<void>;
}

/** Fills the world from the file, if there is one, and from then on writes the world to it after every change. */
export async function openStateFile(path: string, world: World): Promise<StateFile> {
  let written = await restore(path, world);
  let timer: NodeJS.Timeout | undefined;
  let saving = Promise.resolve();

  async function write(): Promise<void> {
    const text = JSON.stringify({ version, ...world.snapshot() });
    if (text === written) return;
    // Written to a temporary file first, so that a crash leaves the old file or the new one; created anew, so that its mode is
    // right.
    const unfinished = `${path}.new`;
    await rm(unfinished, { force: true });
    await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
    written = text;
  }
  /** One write at a time; each writes the current world when its turn comes. */
  function save(): Promise<void> {
    const turn = saving.then(write);
    saving = turn.catch(() => undefined);
    return turn;
  }
  world.changed = () => {
    timer ??= setTimeout(() => {
      // The current write may have read the world before this change, so another one is due after it.
      void saving.then(() => {
        timer = undefined;
        return save().catch((error: unknown) =>
          process.emitWarning(`The state was not written to ${path}: ${String(error)}`),
        );
      });
    }, quietMs);
  };
  return {
    save,
    async close() {
      world.changed = () => {};
      clearTimeout(timer);
      await save();
    },
  };
}

/** The text in the file; undefined if there is none. */
async function restore(path: string, world: World): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const saved = JSON.parse(text) as Snapshot & { version: unknown };
    if (saved.version !== version) throw new Error(`its version is not ${version}`);
    world.restore(saved);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `The state file ${path} cannot be read (${why}). Put it back from a copy; or delete it to start without it: then what a gateway ` +
        'has of the cards in it is unknown here.',
      { cause: error },
    );
  }
  return text;
}
