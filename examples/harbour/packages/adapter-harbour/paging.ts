/** The path of a list's page; the cursor is Harbour's own (§1.4). */
export function pathOfPage(list: string, cursor: string | null): string {
  return cursor === null ? list : `${list}?after=${encodeURIComponent(cursor)}`;
}
