import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Variables } from '../domain/variables.ts'
import type { JsonWriter } from '../graph/json-writer.ts'
import type { Snapshot } from '../graph/snapshot.ts'
import type { MemoryGraph } from '../readers/snapshot/keeper/memory-graph.ts'

/** One request, as its document's closures see it. */
export interface Run {
  readonly graph: MemoryGraph
  readonly snapshot: Snapshot
  readonly variables: Variables
  readonly cursorKey: CursorKey
  readonly out: JsonWriter
}

/** Writes a value of an item, such as a node number. */
export type Write<Item> = (run: Run, item: Item) => void
