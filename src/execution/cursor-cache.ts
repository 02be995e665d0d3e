import { encodeCursor, type CursorKey, type Fingerprint } from '../domain/paging/cursor.ts'
import type { JsonWriter } from '../graph/json-writer.ts'
import type { Snapshot } from '../graph/snapshot.ts'
import { TextHeap } from '../graph/columns/text-heap.ts'

const mostLists = 4
const mostBytes = 1 << 24

interface KeptCursors {
  readonly heap: TextHeap
  readonly addresses: Uint32Array
}

const kept = new WeakMap<Snapshot, Map<string, KeptCursors>>()

/**
 * Writes a cursor of a list ordered by slug. Signing dominates the cost of a row and clients page alike, so cursors are cached
 * with the snapshot.
 */
export function writeSlugCursor(
  out: JsonWriter,
  snapshot: Snapshot,
  key: CursorKey,
  fingerprint: Fingerprint,
  node: number,
): void {
  const { heap, addresses } = keptOf(snapshot, fingerprint())
  let address = addresses[node]!
  if (address === 0) {
    const cursor = Buffer.from(`"${encodeCursor(key, fingerprint, [snapshot.slugOf(node)])}"`)
    if (heap.byteSize > mostBytes) return out.raw(cursor)
    address = addresses[node] = heap.addJson(cursor)
  }
  out.text(heap, address)
}

function keptOf(snapshot: Snapshot, list: string): KeptCursors {
  let lists = kept.get(snapshot)
  if (lists === undefined) kept.set(snapshot, (lists = new Map<string, KeptCursors>()))
  let cursors = lists.get(list)
  if (cursors === undefined) {
    if (lists.size >= mostLists) lists.delete(lists.keys().next().value!)
    cursors = { heap: new TextHeap(), addresses: new Uint32Array(snapshot.nodeBound) }
    lists.set(list, cursors)
  }
  return cursors
}
