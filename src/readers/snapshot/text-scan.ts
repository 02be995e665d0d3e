import { setImmediate } from 'node:timers/promises'
import { foldText } from '../../domain/fold.ts'
import type { MemoryGraph } from './memory-graph.ts'

/** So long a scan keeps this thread from other work, at a time. */
const longestTurnMs = 8
const nodesPerLook = 256

/** Looks at nodes one by one, and lets others have their turn in between. */
export async function scanNodes(nodes: ArrayLike<number>, look: (node: number) => void): Promise<void> {
  let turnEnds = performance.now() + longestTurnMs
  for (let at = 0; at < nodes.length; at++) {
    look(nodes[at]!)
    if (at % nodesPerLook !== 0 || performance.now() < turnEnds) continue
    await setImmediate()
    turnEnds = performance.now() + longestTurnMs
  }
}

/** What entities are searched by, folded, by node. */
export interface FoldedTexts {
  /** All nodes. */
  readonly nodes: Uint32Array
  readonly titles: readonly string[]
  /** Empty where there is none. */
  readonly summaries: readonly string[]
}

/** To be derived: takes a search's time and the memory of the texts, so that it is made only where the database is away. */
export async function foldedTexts({ snapshot }: MemoryGraph): Promise<FoldedTexts> {
  const { nodeCount, heap, entities, rowOf } = snapshot
  const nodes = Uint32Array.from({ length: nodeCount }, (_, node) => node)
  const titles: string[] = []
  const summaries: string[] = []
  const folded = (address: number) => foldText(heap.text(address) ?? '')
  await scanNodes(nodes, (node) => {
    const row = rowOf[node]!
    titles.push(folded(entities.titleKey[row]!))
    summaries.push(folded(entities.summary[row]!))
  })
  return { nodes, titles, summaries }
}
