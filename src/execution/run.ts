import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Variables } from '../domain/variables.ts'
import type { JsonWriter } from '../graph/json-writer.ts'
import type { Snapshot } from '../graph/snapshot.ts'
import type { MemoryGraph } from '../readers/snapshot/keeper/memory-graph.ts'

/** One request, as the closures of its document see it. */
export interface Run {
  readonly graph: MemoryGraph
  readonly snapshot: Snapshot
  readonly variables: Variables
  readonly cursorKey: CursorKey
  readonly out: JsonWriter
}

/** Writes a value of an answer: that of a thing which is a number, such as a node or an edge. */
export type Write<Item> = (run: Run, item: Item) => void
