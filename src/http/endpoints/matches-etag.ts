/**
 * Whether `If-None-Match` names this entity tag, by RFC 9110: a list, `*`, and weak comparison.
 *
 * @param etag strong, with its quotes
 * @example matchesEtag('W/"a", "b"', '"b"') // true
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  // A tag may hold commas, so the list is matched, not split.
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, '') === etag)
}
