import type { AdapterDefinition } from '@card-gateway/adapter-kit';
import manifest from '../package.json' with { type: 'json' };

/** The adapter packages that `package.json` depends on. */
export const adapterPackages: readonly string[] = Object.keys(manifest.dependencies).filter((name) =>
  /^@card-gateway\/adapter-(?!kit$)/.test(name),
);

/** The providers this gateway supports: the export of each adapter package. */
export const adapters: readonly AdapterDefinition[] = await Promise.all(
  adapterPackages.map(async (name) => {
    const [definition] = Object.values((await import(name)) as Record<string, AdapterDefinition>);
    if (definition === undefined) throw new Error(`${name}: expected index.ts to export the definition of its adapter`);
    return definition;
  }),
);
