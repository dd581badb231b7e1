import type { Pool } from 'pg';

/** Every row of every table, the job queue's too, as text; bytes as hex. What a stolen backup would show. */
export async function everythingStored(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'graphile_worker')`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      return rows.map(({ row }) => row);
    }),
  );
  return texts.flat().join('\n');
}

/** The secrets that occur in the text: unchanged, in groups of four, as hex or within base64. */
export function tracesIn(text: string, secrets: readonly string[]): string[] {
  const lower = text.toLowerCase();
  return secrets.filter((secret) => {
    const grouped = secret.match(/.{1,4}/gs) ?? [];
    const forms = [secret, grouped.join(' '), grouped.join('-'), encodeURIComponent(secret), ...base64Of(secret)];
    return forms.some((form) => text.includes(form)) || lower.includes(Buffer.from(secret).toString('hex'));
  });
}

/** The part of its base64 that does not depend on the surrounding bytes, for each of the three alignments. */
function base64Of(secret: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return bytes.toString('base64').slice(first, last);
  });
}

/** Card numbers of 16 digits in the text, in clear or as hex: one walk, however many numbers are looked for. */
export function cardNumbersIn(text: string, numbers: ReadonlySet<string>): string[] {
  const inClear = (text.match(/\d{16,}/g) ?? []).flatMap(windows);
  const asHex = (text.match(/(?:3\d){16,}/g) ?? []).flatMap((run) => windows(run.replaceAll(/3(\d)/g, '$1')));
  return [...inClear, ...asHex].filter((number) => numbers.has(number));
}

function windows(digits: string): string[] {
  return Array.from({ length: Math.max(0, digits.length - 15) }, (_, start) => digits.slice(start, start + 16));
}
