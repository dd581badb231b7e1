/** Texts of JSON whole, its punctuation singly, and whatever stands between. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** An object or array that is being read: the names so far of an object, and where in it the reader is. */
interface Around {
  readonly names: Set<string> | null;
  at: string | number;
}

/**
 * The path to a member that an object of this JSON text names twice; null where none does. Readers differ in which of the two
 * they take (RFC 8259 §4), so that who checks such a text and who acts on it may have read two different things.
 *
 * @param json text that JSON.parse has read
 */
export function doubledMember(json: string): readonly (string | number)[] | null {
  const around: Around[] = [];
  let last = '';
  for (const [token] of json.matchAll(tokens)) {
    const inside = around.at(-1);
    if (token === '{') around.push({ names: new Set(), at: '' });
    else if (token === '[') around.push({ names: null, at: 0 });
    else if (token === '}' || token === ']') around.pop();
    else if (token === ',' && typeof inside?.at === 'number') inside.at += 1;
    else if (token === ':' && inside?.names) {
      inside.at = JSON.parse(last) as string;
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
