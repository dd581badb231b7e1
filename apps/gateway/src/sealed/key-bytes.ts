import type { Secret } from '@card-gateway/core';
import type { Pool } from 'pg';
import { ConfigError } from '../config.ts';
import type { KeyCheck, Sealing } from '../sealing.ts';
import { sealedColumns } from './columns.ts';
import { knownKeys, makeKeysKnown, sampleOf } from './store.ts';

/** Comparison of a configured key with the one that the database knows under its id. */
export interface KeyBytes {
  readonly kind: KeyCheck['kind'];
  readonly id: string;
  /** `swapped` if it is a key of the other kind; `new` if the database knows no such key and has no value that would tell. */
  readonly bytes: 'same' | 'other' | 'swapped' | 'new';
}

const settings = { sealing: 'GATEWAY_SEALING_KEYS', fingerprint: 'GATEWAY_FINGERPRINT_KEYS' } as const;

/** Compares the configured keys with those known to the database under the same ids, without changing anything. */
export async function compareKeyBytes(pool: Pool, sealing: Sealing): Promise<KeyBytes[]> {
  const known = await knownKeys(pool);
  const knownOf = ({ kind, id }: KeyCheck): KeyCheck | undefined =>
    known.find((one) => one.kind === kind && one.id === id);
  const evidence = sealing.keyChecks.every((check) => knownOf(check) !== undefined)
    ? new Map<string, boolean>()
    : await evidenceOf(pool, sealing);
  return sealing.keyChecks.map((check) => {
    const { kind, id, value } = check;
    if (known.some((one) => one.kind !== kind && one.id === id && one.value.equals(check.valueAsOther))) {
      return { kind, id, bytes: 'swapped' };
    }
    const isSame = knownOf(check)?.value.equals(value) ?? evidence.get(`${kind} ${id}`);
    return { kind, id, bytes: isSame === undefined ? 'new' : isSame ? 'same' : 'other' };
  });
}

/**
 * Ensures that the configured keys are the ones this database was used with, and registers new ones. If two gateways bring
 * different bytes under one new id, one is rejected.
 *
 * @throws ConfigError if a key has other bytes: values sealed under its id would not open, and fingerprints would not match
 */
export async function requireSameKeyBytes(pool: Pool, sealing: Sealing): Promise<void> {
  refuseOthers(await compareKeyBytes(pool, sealing));
  await makeKeysKnown(pool, sealing.keyChecks);
  refuseOthers(await compareKeyBytes(pool, sealing));
}

function refuseOthers(keys: readonly KeyBytes[]): void {
  const faults = keyBytesFaults(keys);
  if (faults.length > 0) throw new ConfigError(faults);
}

/** The faults of the keys, and how to fix them. */
export function keyBytesFaults(keys: readonly KeyBytes[]): string[] {
  return keys.flatMap(({ kind, id, bytes }) => {
    if (bytes === 'swapped') {
      const other = kind === 'sealing' ? 'fingerprint' : 'sealing';
      return [
        `${settings[kind]}: the key "${id}" is a ${other} key of this database. Swap the two settings, or the files that they name: it belongs in ${settings[other]}.`,
      ];
    }
    if (bytes !== 'other') return [];
    return [
      `${settings[kind]}: the key "${id}" has other bytes than the key "${id}" of this database. Put those back; if they are lost, give this key another id.`,
    ];
  });
}

/** Sample size per column, so that a few damaged values do not decide. */
const sampleSize = 50;

/** Evidence from values sealed before keys were registered: whether a key opens any, and yields the same fingerprints. */
async function evidenceOf(pool: Pool, sealing: Sealing): Promise<Map<string, boolean>> {
  const evidence = new Map<string, boolean>();
  /** One matching value is enough; one that does not match may be damaged, or under another key. */
  const note = (key: string, fits: boolean): void => {
    evidence.set(key, fits || evidence.get(key) === true);
  };
  for (const id of sealing.keyIds.sealing) {
    for (const column of sealedColumns) {
      for (const { sealed, row, fingerprint } of await sampleOf(pool, column, id, sampleSize)) {
        if (row === null) continue;
        const value = openedOr(() => sealing.open(sealed, { table: column.table, column: column.column, row }));
        note(`sealing ${id}`, value !== null);
        const [fingerprintKey = ''] = fingerprint?.split(':') ?? [];
        if (value === null || fingerprint === null || !sealing.keyIds.fingerprint.includes(fingerprintKey)) continue;
        note(`fingerprint ${fingerprintKey}`, sealing.fingerprints(value).includes(fingerprint));
      }
    }
  }
  return evidence;
}

function openedOr(open: () => Secret): Secret | null {
  try {
    return open();
  } catch {
    return null;
  }
}
