import { foldText, spaceWords } from '../../../domain/text/fold.ts'
import { nodesBy } from '../../../graph/lists/entity-order.ts'
import { inTurns, type Work } from '../../../graph/in-turns.ts'
import type { SortedNumbers } from '../../../graph/columns/sorted-numbers.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'

const nodesPerLook = 128

/** Looks at nodes one by one, and lets others have their turn in between. */
export async function scanNodes(nodes: Iterable<number>, look: (node: number) => void): Promise<void> {
  const scan = function* (): Work<void> {
    let count = 0
    for (const node of nodes) {
      look(node)
      if (++count % nodesPerLook === 0) yield
    }
  }
  await inTurns(scan())
}

/** What entities are searched by, by node: words, as `spaceWords` makes them. */
export interface SpacedTexts {
  /** All nodes. */
  readonly nodes: SortedNumbers
  readonly titles: readonly string[]
  readonly slugs: readonly string[]
  /** Without words where there is none. */
  readonly summaries: readonly string[]
}

/** To be derived: takes a search's time and the memory of the texts, so that it is made only where the database is away. */
export async function spacedTexts({ snapshot }: MemoryGraph): Promise<SpacedTexts> {
  const { heap, entities, rowOf } = snapshot
  const nodes = nodesBy(snapshot, { field: 'SLUG', direction: 'ASC' })
  const titles: string[] = []
  const slugs: string[] = []
  const summaries: string[] = []
  await scanNodes(nodes, (node) => {
    const row = rowOf.get(node)
    titles[node] = spaceWords(heap.text(entities.titleKey[row]!)!)
    slugs[node] = spaceWords(snapshot.slugOf(node))
    summaries[node] = spaceWords(foldText(heap.text(entities.summary[row]!) ?? ''))
  })
  return { nodes, titles, slugs, summaries }
}
