import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMutation } from '../events/options.ts';
import type { Mutation } from './options.ts';
import type { Store } from './store.ts';

/** All plantable faults: `confirmation` shows only when PostgreSQL fails over, `deduplication` in races for one key. */
export type PlantedFault = Mutation | EventMutation | 'confirmation' | 'deduplication';

/** A gateway with a planted fault: changes to its sources, and to the run's database. */
export interface Planted {
  /** Arguments of Node that start it. */
  readonly words: readonly string[];
  plant(store: Store): Promise<void>;
  remove(): Promise<void>;
}

interface Fault {
  /** Replacements in the sources. */
  readonly edits: readonly { readonly file: string; readonly from: RegExp; readonly to: string }[];
  readonly statements: readonly string[];
}

export const faults: Readonly<Record<PlantedFault, Fault>> = {
  'unique-key': {
    edits: [
      {
        file: 'apps/gateway/src/ledger/send-claims-store.ts',
        from: /ON CONFLICT \(tenant, caller, idempotency_key\) DO NOTHING/,
        to: '',
      },
    ],
    statements: ['DROP INDEX operations_idempotency_key'],
  },
  'compare-and-set': {
    edits: [
      {
        file: 'apps/gateway/src/ledger/store.ts',
        from: /WHERE id = \$1 AND state = \$2 AND fence = \$3 AND next_look_up_at IS NOT DISTINCT FROM \$18/,
        // Each parameter still needs a type.
        to: 'WHERE id = $1 AND coalesce($2::text, $3::integer::text, $18::timestamptz::text) IS NOT NULL',
      },
      { file: 'apps/gateway/src/ledger/resolve-store.ts', from: / AND r\.xmin = o\.xmin/, to: '' },
      { file: 'apps/gateway/src/ledger/resolve-store.ts', from: / AND said\.state = 'submitting'/, to: '' },
    ],
    // The database's own guard would hide the missing one in the gateway.
    statements: ['DROP TRIGGER operations_rules_changed ON operations'],
  },
  'not-sent': {
    edits: [
      {
        file: 'packages/adapter-kit/exchange.ts',
        from: /(?<=abort === null \? .*: \{ kind: )'lost'/,
        to: "'not_sent'",
      },
    ],
    statements: [],
  },
  confirmation: {
    edits: [{ file: 'prisma/statements.ts', from: /\(isInDoubt \? new Unconfirmed\(.*\) : null\)/, to: 'null' }],
    statements: [],
  },
  // Claims of one statement are found by their Idempotency-Key: of two with the same, both learn of the one row.
  deduplication: {
    edits: [
      { file: 'apps/gateway/src/ledger/record-store.ts', from: /^/, to: "import { keyHash } from './key-hash.ts';\n" },
      {
        file: 'apps/gateway/src/ledger/record-store.ts',
        from: /askKey: \({ operation }\) => operation.id,\n    rowKey: \({ id }\) => id,/,
        to: 'askKey: ({ operation }) => keyHash(operation.idempotencyKey), rowKey: (row: any) => row.key,',
      },
      {
        file: 'apps/gateway/src/ledger/send-claims-store.ts',
        from: /RETURNING id, known_at\n/,
        to: 'RETURNING id, known_at, idempotency_key\n',
      },
      {
        file: 'apps/gateway/src/ledger/send-claims-store.ts',
        from: /NULL::json AS named FROM recorded/,
        to: 'NULL::json AS named, idempotency_key AS key FROM recorded',
      },
      {
        file: 'apps/gateway/src/ledger/send-claims-store.ts',
        from: /named FROM claimed/,
        to: 'named, idempotency_key AS key FROM claimed',
      },
    ],
    statements: [],
  },
  // Whatever is committed later than a greater number gets no position.
  'cursor-is-number': {
    edits: [
      {
        file: 'apps/gateway/src/events/sequencer-store.ts',
        from: /numbers \+ int8multirange\(.*\) - found END/,
        to: `'{}'::int8multirange END`,
      },
    ],
    statements: [],
  },
  'two-sequencers': {
    edits: [
      {
        file: 'apps/gateway/src/events/sequencer-store.ts',
        from: /coalesce\(\(SELECT position \+ length = \$1 .*\n.*\) AS ends_here/,
        to: 'true AS ends_here',
      },
    ],
    statements: ['ALTER TABLE event_runs DROP CONSTRAINT event_runs_pkey'],
  },
  // Whatever a destination answers, if it answers, comes too late.
  'acknowledged-early': {
    edits: [
      {
        file: 'apps/gateway/src/destinations/sender.ts',
        from: /const posted = await (this\.#poster\.post\(.*\));/,
        to: `void $1;
             const posted = { delivered: true, httpStatus: 204, failure: null, answer: null, durationMs: 0, retryAfterSeconds: null };`,
      },
    ],
    statements: [],
  },
  'version-stays': {
    edits: [],
    statements: [
      `DO $$
       DECLARE
         shipped text := pg_get_functiondef('card_updated()'::regprocedure);
         planted text := replace(shipped, ', 0) + 1', ', 0)');
       BEGIN
         IF planted = shipped THEN RAISE EXCEPTION 'The mutation "version-stays" fits nowhere in card_updated().'; END IF;
         EXECUTE planted;
       END $$`,
    ],
  },
};

/**
 * The files that the fault changes, with their texts as planted.
 *
 * @throws Error if a replacement fits nowhere, because the code has changed
 */
export async function plantedTexts(mutation: PlantedFault): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, from, to } of faults[mutation].edits) {
    const text = texts.get(file) ?? (await readFile(new URL(file, repository), 'utf8'));
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`The mutation "${mutation}" fits nowhere in ${file}: the code has moved on.`);
    texts.set(file, changed);
  }
  return texts;
}

const repository = new URL('../../../../', import.meta.url);

/**
 * How the gateways of a run are started: as production does, or, with a fault, from sources that are changed as they are loaded,
 * never in the repository.
 *
 * @param shipped arguments of Node that start the built gateway
 */
export async function plantFault(mutation: PlantedFault | null, shipped: readonly string[]): Promise<Planted> {
  if (mutation === null) return { words: shipped, plant: async () => {}, remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-mutation-'));
  const hooks = join(folder, 'hooks.mjs');
  await writeFile(hooks, hooksFor(await plantedTexts(mutation)));
  return {
    words: ['--import', hooks, new URL('apps/gateway/src/main.ts', repository).pathname],
    plant: async (store) => {
      for (const statement of faults[mutation].statements) await store.run(statement);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const hooksFor = (texts: ReadonlyMap<string, string>): string => `import { registerHooks } from 'node:module';
const texts = new Map(${JSON.stringify([...texts].map(([file, text]) => [new URL(file, repository).href, text]))});
registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    return { ...loaded, source: texts.get(url) ?? loaded.source };
  },
});
`;
