/** JSON strings as a whole, single punctuation characters, and everything in between. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** An enclosing object or array: the names seen so far in an object, and the current position. */
interface Around {
  readonly names: Set<string> | null;
  at: string | number;
}

/**
 * The path to a member that an object of this JSON text names twice; null if none does. Parsers differ in which of the two they
 * use (RFC 8259 §4), so a verifier and a consumer of such a text may read different things.
 *
 * @param json text that JSON.parse accepted
 */
export function doubledMember(json: string): readonly (string | number)[] | null {
  const around: Around[] = [];
  let last = '';
  for (const token of json.match(tokens) ?? []) {
    const inside = around.at(-1);
    if (token === '{') around.push({ names: new Set(), at: '' });
    else if (token === '[') around.push({ names: null, at: 0 });
    else if (token === '}' || token === ']') around.pop();
    else if (token === ',' && typeof inside?.at === 'number') inside.at += 1;
    else if (token === ':' && inside?.names) {
      inside.at = last.includes('\\') ? (JSON.parse(last) as string) : last.slice(1, -1);
      if (inside.names.has(inside.at)) return around.map(({ at }) => at);
      inside.names.add(inside.at);
    }
    last = token;
  }
  return null;
}

/** Whether an object of this JSON text names a member twice. */
export function hasDoubledMember(json: string): boolean {
  return doubledMember(json) !== null;
}
