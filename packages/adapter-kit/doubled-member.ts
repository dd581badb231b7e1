/** JSON strings as a whole, single punctuation characters, and everything in between. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** An enclosing object or array: the names seen so far in an object, and the current position. */
interface Around {
  readonly names: Set<string> | null;
  at: string | number;
}

type Path = readonly (string | number)[];

/**
 * The paths to members that an object of this JSON text names again. Parsers differ in which of the two they use (RFC 8259 §4), so
 * a verifier and a consumer of such a text may read different things.
 *
 * @param json text that JSON.parse accepted
 * @param most as many as are wanted
 */
export function doubledMembers(json: string, most: number = Infinity): Path[] {
  const found: Path[] = [];
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
      if (inside.names.has(inside.at)) found.push(around.map(({ at }) => at));
      if (found.length === most) return found;
      inside.names.add(inside.at);
    }
    last = token;
  }
  return found;
}

/** The path to a member that an object of this JSON text names twice; null if none does. */
export function doubledMember(json: string): Path | null {
  return doubledMembers(json, 1)[0] ?? null;
}

/** Whether an object of this JSON text names a member twice. */
export function hasDoubledMember(json: string): boolean {
  return doubledMember(json) !== null;
}
