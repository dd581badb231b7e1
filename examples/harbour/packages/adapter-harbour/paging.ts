/** The page of a list behind a cursor, which is Harbour's own word (§1.4). */
export function pathOfPage(list: string, cursor: string | null): string {
  return cursor === null ? list : `${list}?after=${encodeURIComponent(cursor)}`;
}
