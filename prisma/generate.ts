import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

// Generates Prisma's client unless it was generated from this very schema: pnpm install does not run for a change of the schema
// alone that was pulled from elsewhere.

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Prisma stores the schema in the client with re-aligned columns. */
function isFresh(): boolean {
  try {
    const client = readFileSync(here('generated/internal/class.ts'), 'utf8');
    const [, schema = '""'] = /"inlineSchema": ("(?:[^"\\]|\\.)*")/.exec(client) ?? [];
    return words(JSON.parse(schema) as string) === words(readFileSync(here('schema.prisma'), 'utf8'));
  } catch {
    return false;
  }
}

function words(schema: string): string {
  return schema.replaceAll(/[ \t]+/g, ' ');
}

if (!isFresh()) {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const { status } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: dirname(here('schema.prisma')),
    // Generating the client does not need the schema engine, which would be downloaded.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.exitCode = status ?? 1;
}
