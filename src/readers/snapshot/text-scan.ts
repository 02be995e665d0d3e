import { setImmediate } from 'node:timers/promises'
import { foldText, spaceWords } from '../../domain/fold.ts'
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

/** What entities are searched by, by node: words, as `spaceWords` makes them. */
export interface SpacedTexts {
  /** All nodes. */
  readonly nodes: Uint32Array
  readonly titles: readonly string[]
  readonly slugs: readonly string[]
  /** Without words where there is none. */
  readonly summaries: readonly string[]
}

/** To be derived: takes a search's time and the memory of the texts, so that it is made only where the database is away. */
export async function spacedTexts({ snapshot }: MemoryGraph): Promise<SpacedTexts> {
  const { nodeCount, heap, entities, rowOf } = snapshot
  const nodes = Uint32Array.from({ length: nodeCount }, (_, node) => node)
  const titles: string[] = []
  const slugs: string[] = []
  const summaries: string[] = []
  await scanNodes(nodes, (node) => {
    const row = rowOf[node]!
    titles.push(spaceWords(heap.text(entities.titleKey[row]!)!))
    slugs.push(spaceWords(snapshot.slugOf(node)))
    summaries.push(spaceWords(foldText(heap.text(entities.summary[row]!) ?? '')))
  })
  return { nodes, titles, slugs, summaries }
}
