import { createHash, createHmac } from 'node:crypto';
import type { Pool } from 'pg';

/** Secrets by name. The name is what a finding shows. */
export type Canaries = Readonly<Record<string, string>>;

/** A text in the shapes in which it is searched, each made once however many secrets are looked for. */
interface Searched {
  readonly raw: string;
  /** For hex in either case. */
  readonly lower: string;
  /** Without the spaces and hyphens between digits, by which numbers are grouped. */
  readonly joined: string;
  /** In usual characters, without what shows nothing, and without up to three signs between digits. */
  readonly spelled: string;
}

interface Form {
  readonly name: string;
  readonly where: keyof Searched;
  readonly wanted: string | RegExp;
}

/** The places of each secret in a text, raw or in any form that a careless line would give it. */
export function findLeaks(canaries: Canaries, text: string): string[] {
  const searched: Searched = {
    raw: text,
    lower: text.toLowerCase(),
    joined: text.replaceAll(/(?<=\d)[ -](?=\d)/g, ''),
    spelled: text
      .normalize('NFKC')
      .replaceAll(/\p{Cf}/gu, '')
      .replaceAll(/(?<=\d)[^\p{L}\p{N}]{1,3}(?=\d)/gu, ''),
  };
  return Object.entries(canaries).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => {
      const place = searched[form.where];
      const index = typeof form.wanted === 'string' ? place.indexOf(form.wanted) : place.search(form.wanted);
      return index < 0 ? [] : [`${name} (${form.name}): …${place.slice(Math.max(0, index - 60), index + 60)}…`];
    }),
  );
}

/**
 * The forms of a secret. One of up to seven characters counts only as a separate word, and one of three or four (a security
 * code) only as the text of a JSON member, because it occurs elsewhere by chance.
 */
function formsOf(secret: string): readonly Form[] {
  if (secret.length < 5) return codeForms(secret);
  return secret.length < 8 ? shortForms(secret) : longForms(secret);
}

/** Amounts and last digits are as short, and are there to be seen. */
function codeForms(code: string): Form[] {
  const member = new RegExp(`(?<!"(?:amount|balance|last4)"):"${code}"[,}]`);
  const encoded = [`:"${code}",`, `:"${code}"}`]
    .flatMap(longForms)
    .filter(({ name }) => name !== 'raw' && name !== 'JSON');
  return [{ name: 'raw', where: 'raw', wanted: member }, ...encoded];
}

function longForms(secret: string): Form[] {
  const bytes = Buffer.from(secret);
  return [
    { name: 'raw', where: 'raw', wanted: secret },
    { name: 'JSON', where: 'raw', wanted: JSON.stringify(secret).slice(1, -1) },
    ...urlEncoded(secret).map((wanted): Form => ({ name: 'URL-encoded', where: 'raw', wanted })),
    ...(isNumber(secret)
      ? [
          { name: 'grouped', where: 'joined', wanted: secret } as const,
          { name: 'spelled otherwise', where: 'spelled', wanted: secret } as const,
          { name: 'percent-encoded', where: 'raw', wanted: secret.replaceAll(/\d/g, '%3$&') } as const,
        ]
      : []),
    { name: 'hex', where: 'lower', wanted: bytes.toString('hex') },
    ...[0, 1, 2].flatMap((offset) =>
      inBase64(bytes, offset).map((wanted): Form => ({ name: 'base64', where: 'raw', wanted })),
    ),
  ];
}

function shortForms(secret: string): Form[] {
  const alone = (text: string): RegExp => new RegExp(`(?<![\\w.])${RegExp.escape(text)}(?!\\w)`);
  return [
    { name: 'raw', where: 'raw', wanted: alone(secret) },
    ...(isNumber(secret) ? [{ name: 'grouped', where: 'joined', wanted: alone(secret) } as const] : []),
    { name: 'hex', where: 'lower', wanted: alone(Buffer.from(secret).toString('hex')) },
    { name: 'base64', where: 'raw', wanted: alone(Buffer.from(secret).toString('base64')) },
    ...urlEncoded(secret).map((text): Form => ({ name: 'URL-encoded', where: 'raw', wanted: alone(text) })),
  ];
}

const isNumber = (secret: string): boolean => /^\d+$/.test(secret);

function urlEncoded(secret: string): string[] {
  const forms = [encodeURIComponent(secret), encodeURI(secret), secret.replaceAll(' ', '+')];
  return forms.filter((form) => form !== secret);
}

/** A text inside a longer one is encoded in three ways, by where it begins; its first and last characters depend on the rest. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = Math.floor(shifted.length / 3) * 3;
  const text = shifted
    .subarray(0, whole)
    .toString('base64')
    .slice(offset === 0 ? 0 : 4);
  // Too little of a security code is left in one of the three: four characters occur anywhere by chance.
  return text.length < 8 ? [] : [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Digests that a careless line would make of a text. */
const digests = ['sha256', 'sha512', 'sha1', 'md5'] as const;

/**
 * Where a text stands as a hash: plain, or keyed by any of these keys, in hex or base64. A code of a few digits is found
 * again from its hash in seconds, so that it must not stand anywhere as one.
 *
 * @param texts by name: each code, and all that one was sent in
 */
export function findHashes(texts: Canaries, keys: readonly Buffer[], text: string): string[] {
  // Hashes are many and the text is long, so that each of its words is looked at once.
  const words = new Set([
    ...(text.match(/(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])/g) ?? []),
    ...(text.match(/(?<![\w+/-])[\w+/-]{22,86}(?![\w+/-])/g) ?? []),
  ]);
  return Object.entries(texts).flatMap(([name, secret]) => {
    const hashes = digests.flatMap((digest) => [
      createHash(digest).update(secret).digest(),
      ...keys.map((key) => createHmac(digest, key).update(secret).digest()),
    ]);
    const stands = hashes.some((hash) =>
      [hash.toString('hex'), hash.toString('base64').replaceAll('=', ''), hash.toString('base64url')].some((form) =>
        words.has(form),
      ),
    );
    return stands ? [`${name} (hashed)`] : [];
  });
}

/** Every row of every table as text, the job queue's too; of bytes also the text that they may be. */
export async function dump(pool: Pool): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string; bytes: string[] }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name,
       coalesce(array_agg(format('%I', column_name)) FILTER (WHERE data_type = 'bytea'), '{}') AS bytes
     FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
     WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'graphile_worker') GROUP BY 1`,
  );
  const texts: string[] = [];
  for (const { name, bytes } of tables) {
    const asText = bytes.map((column) => `coalesce(encode(${column}, 'escape'), '')`);
    const { rows } = await pool.query<{ text: string }>(
      `SELECT ${['t::text', 'to_jsonb(t)::text', ...asText].join(" || ' ' || ")} AS text FROM ${name} t`,
    );
    texts.push(`-- ${name}`, ...rows.map(({ text }) => text));
  }
  return texts;
}
