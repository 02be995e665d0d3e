import type { Snapshot } from './snapshot.ts'
import type { TagSets } from './walks/similar-by-tags.ts'

/** The sets of tags that the nodes of a snapshot have. */
export function tagSetsOf({ nodeCount, entities, rowOf, tags }: Snapshot): TagSets {
  const setOf = new Uint32Array(nodeCount)
  const numbers = new Map<string, number>()
  const tagsOf: number[][] = []
  const nodesOf: number[][] = []
  const setsWith = new Map<number, number[]>()
  for (let node = 0; node < nodeCount; node++) {
    const row = rowOf[node]!
    const start = entities.tagStart[row]!
    const own = tags.subarray(start, start + entities.tagCount[row]!)
    const key = own.join(' ')
    let set = numbers.get(key)
    if (set === undefined) {
      set = tagsOf.push([...own]) - 1
      numbers.set(key, set)
      nodesOf.push([])
      for (const tag of own) {
        const sets = setsWith.get(tag)
        if (sets === undefined) setsWith.set(tag, [set])
        else sets.push(set)
      }
    }
    setOf[node] = set
    nodesOf[set]!.push(node)
  }
  return { setOf, tagsOf, nodesOf, setsWith }
}
