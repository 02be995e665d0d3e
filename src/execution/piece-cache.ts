import type { Snapshot } from '../graph/snapshot.ts'
import { TextHeap } from '../graph/columns/text-heap.ts'
import type { Run, Write } from './run.ts'

/** Limits per snapshot: total bytes, bytes of a piece, number of pieces. */
const mostBytes = 1 << 24
const longestPiece = 1 << 12
const mostPieces = 200_000

interface Kept {
  readonly heap: TextHeap
  pieces: number
}
const keptOf = new WeakMap<Snapshot, Kept>()

const fixed = new WeakSet<Write<never>>()

/** Marks output that depends only on the item and the snapshot. */
export function markFixed<Item>(write: Write<Item>): Write<Item> {
  fixed.add(write)
  return write
}

export function isFixed<Item>(write: Write<Item>): boolean {
  return fixed.has(write)
}

/** Caches a piece of the response for the life of its snapshot, first come, first served within the limits. */
export function keepPieces(write: Write<number>): Write<number> {
  const addresses = new WeakMap<Snapshot, Map<number, number>>()
  return (run, item) => {
    const { snapshot, out } = run
    let own = addresses.get(snapshot)
    if (own === undefined) addresses.set(snapshot, (own = new Map<number, number>()))
    const address = own.get(item)
    if (address !== undefined) return out.text(keptOf.get(snapshot)!.heap, address)
    const start = out.length
    write(run, item)
    keep(run, own, item, start)
  }
}

function keep({ snapshot, out }: Run, own: Map<number, number>, item: number, start: number): void {
  let kept = keptOf.get(snapshot)
  if (kept === undefined) keptOf.set(snapshot, (kept = { heap: new TextHeap(), pieces: 0 }))
  if (out.length - start > longestPiece || kept.pieces >= mostPieces || kept.heap.byteSize > mostBytes) return
  kept.pieces++
  own.set(item, kept.heap.addJson(out.bytes, start, out.length))
}
