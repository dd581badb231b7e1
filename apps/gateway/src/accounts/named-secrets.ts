import { resolve } from 'node:path';
import { Secret } from '@card-gateway/core';
import { readTextFile, UnreadableFile } from '../text-file.ts';
import type { PathFaults } from './path-faults.ts';

/** Where secrets are read from, and where missing ones are reported. */
export interface SecretSources {
  /** Base of relative file names. */
  readonly folder: string;
  readonly environment: (name: string) => string | undefined;
  readonly faults: PathFaults;
}

/**
 * Replaces every `{"file": …}` and `{"env": …}` by the named secret, or by an empty one after a fault, so that checks that
 * depend only on its presence still run.
 */
export function withSecrets(value: unknown, path: readonly string[], sources: SecretSources): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withSecrets(item, [...path, String(index)], sources));
  if (typeof value !== 'object' || value === null) return value;
  const [first, ...others] = Object.entries(value);
  if (others.length === 0 && typeof first?.[1] === 'string') {
    if (first[0] === 'file') return secretOfFile(resolve(sources.folder, first[1]), path, sources.faults);
    if (first[0] === 'env') return secretOfVariable(first[1], path, sources);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withSecrets(item, [...path, key], sources)]),
  );
}

function secretOfFile(file: string, path: readonly string[], faults: PathFaults): Secret {
  try {
    const text = readTextFile(file).trim();
    if (text === '') faults.addUnreadable(path, `the file ${file} is empty`);
    return new Secret(text);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    faults.addUnreadable(path, error.message);
    return new Secret('');
  }
}

function secretOfVariable(name: string, path: readonly string[], { environment, faults }: SecretSources): Secret {
  const text = environment(name) ?? '';
  if (text === '') faults.addUnreadable(path, `the environment variable ${name} is not set`);
  return new Secret(text);
}
