import { foldText, spaceWords } from '../../../domain/text/fold.ts'
import { nodesBy } from '../../../graph/lists/entity-order.ts'
import { inTurns, type Work } from '../../../graph/in-turns.ts'
import type { SortedNumbers } from '../../../graph/columns/sorted-numbers.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'

const nodesPerLook = 128

/** Visits nodes one by one, yielding to other work. */
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

/** Searchable texts by node, as `spaceWords` makes them. */
export interface SpacedTexts {
  readonly nodes: SortedNumbers
  readonly titles: readonly string[]
  readonly slugs: readonly string[]
  /** Empty if there is none. */
  readonly summaries: readonly string[]
}

/** Pass to `derive`: as slow as a search and as large as the texts, so only built while the database is away. */
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
