import type { Pool } from 'pg';

/** Secrets by name. The name is what a finding shows. */
export type Canaries = Readonly<Record<string, string>>;

/** Where each secret stands in a text, raw or in any form that a careless line would give it. */
export function findLeaks(canaries: Canaries, text: string): string[] {
  return Object.entries(canaries).flatMap(([name, secret]) =>
    Object.entries(formsOf(secret)).flatMap(([form, patterns]) =>
      patterns.flatMap((pattern) => {
        const found = pattern.exec(text);
        return found === null
          ? []
          : [`${name} (${form}): …${text.slice(Math.max(0, found.index - 60), found.index + 60)}…`];
      }),
    ),
  );
}

/** The secret as text that may stand anywhere; one of six digits only by itself, for chance makes it anywhere else. */
function formsOf(secret: string): Record<string, RegExp[]> {
  const alone = secret.length < 8;
  const literal = (text: string, flags = ''): RegExp =>
    new RegExp(alone ? `(?<![\\w.])${RegExp.escape(text)}(?!\\w)` : RegExp.escape(text), flags);
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((offset) => inBase64(bytes, offset));
  return {
    raw: [literal(secret)],
    ...(/^\d+$/.test(secret) && {
      grouped: [
        new RegExp(`(?<![\\w.])${secret.split('').join('[ -]?')}(?!\\w)`),
        new RegExp(secret.split('').join('[ -]')),
      ],
    }),
    ...(encodeURIComponent(secret) !== secret && {
      'URL-encoded': [encodeURIComponent(secret), secret.replaceAll(' ', '+'), encodeURI(secret)].map((text) =>
        literal(text),
      ),
    }),
    ...(JSON.stringify(secret).slice(1, -1) !== secret && { JSON: [literal(JSON.stringify(secret).slice(1, -1))] }),
    hex: [literal(bytes.toString('hex'), 'i')],
    ...(!alone && { base64: base64.map((text) => literal(text)) }),
    ...(alone && { base64: [literal(bytes.toString('base64'))] }),
  };
}

/** A text inside a longer one is encoded in three ways, by where it begins; its first and last characters depend on the rest. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = Math.floor(shifted.length / 3) * 3;
  const text = shifted
    .subarray(0, whole)
    .toString('base64')
    .slice(offset === 0 ? 0 : 4);
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Every row of every table as text, the job queue's too. */
export async function dump(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'graphile_worker')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`SELECT t::text || to_jsonb(t)::text AS text FROM ${name} t`);
    texts.push(`-- ${name}`, ...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}
