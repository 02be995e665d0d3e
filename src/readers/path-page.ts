import type { Keyset } from '../domain/paging/cursor.ts'
import { toPage, type Page } from '../domain/paging/page.ts'
import type { WalkedPath } from '../graph/walks/walked-path.ts'
import type { PathPage, PathsQuery } from './walk-reader.ts'

export interface PlacedPath {
  readonly path: WalkedPath
  readonly position: Keyset
}
export type FoundPaths = Page<PlacedPath> & { readonly truncated: boolean }

export const noPaths: PathPage = { items: [], hasNextPage: false, hasPreviousPage: false, truncated: false }

/** One page of paths, searched no further than needed. */
export function pagePaths(
  search: Generator<WalkedPath, boolean>,
  slugOf: (node: number) => string,
  { page, withTruncated }: Pick<PathsQuery, 'page' | 'withTruncated'>,
): FoundPaths {
  const found: PlacedPath[] = []
  for (;;) {
    const next = search.next()
    if (next.done === true) return { ...toPage(found, page), truncated: next.value }
    const position = positionOf(next.value, slugOf)
    if (found.length > page.limit || !isBeyond(position, page.after)) continue
    found.push({ path: next.value, position })
    if (found.length > page.limit && !withTruncated) return { ...toPage(found, page), truncated: false }
  }
}

/** A space sorts before any slug character, so joined slugs sort like their sequences. */
function positionOf({ nodes, edges, cost }: WalkedPath, slugOf: (node: number) => string): Keyset {
  return [cost, edges.length, nodes.map(slugOf).join(' ')]
}

function isBeyond(position: Keyset, after: Keyset | null): boolean {
  if (after === null) return true
  const at = position.findIndex((value, place) => value !== after[place])
  return at >= 0 && position[at]! > after[at]!
}
