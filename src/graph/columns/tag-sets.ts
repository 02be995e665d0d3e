import { carried, type Moved } from './carried.ts'
import { Items, Numbers } from './chunks.ts'
import { atOnce, type Work } from '../in-turns.ts'
import { nodesOf, type Snapshot } from '../snapshot.ts'
import { byNumber } from './sorted-numbers.ts'
import type { TagSets } from '../walks/similar-by-tags.ts'

/** Sets are only added, so successive snapshots share them; a set may have no node left. */
class SetNumbers {
  readonly tagsOf: (readonly number[])[] = []
  readonly setsWith = new Map<number, number[]>()
  readonly #numbers = new Map<string, number>()

  numberOf({ entities, rowOf, tags }: Snapshot, node: number): number {
    const row = rowOf.get(node)
    const start = entities.tagStart[row]!
    const own = tags.subarray(start, start + entities.tagCount[row]!)
    const key = own.join(' ')
    let set = this.#numbers.get(key)
    if (set === undefined) {
      set = this.tagsOf.push([...own]) - 1
      this.#numbers.set(key, set)
      for (const tag of own) {
        const sets = this.setsWith.get(tag)
        if (sets === undefined) this.setsWith.set(tag, [set])
        else sets.push(set)
      }
    }
    return set
  }
}

interface CarriedSets extends TagSets {
  readonly numbers: SetNumbers
  readonly setOf: Numbers
  readonly nodesOf: Items<readonly number[]>
}

/** The sets of tags that the nodes of a snapshot have. */
export const tagSetsOf = carried(collect, carry, (former, numberOf, nodeBound) => ({
  ...former,
  setOf: former.setOf.renumbered(numberOf, nodeBound),
  nodesOf: atOnce(Items.from(former.nodesOf.length, (set) => former.nodesOf.get(set).map(numberOf))),
}))

function collect(snapshot: Snapshot): CarriedSets {
  const numbers = new SetNumbers()
  const nodesIn: number[][] = []
  const setOf = new Uint32Array(snapshot.nodeBound)
  for (const node of nodesOf(snapshot)) {
    const set = numbers.numberOf(snapshot, node)
    setOf[node] = set
    ;(nodesIn[set] ??= []).push(node)
  }
  return {
    numbers,
    tagsOf: numbers.tagsOf,
    setsWith: numbers.setsWith,
    setOf: atOnce(Numbers.of(setOf)),
    nodesOf: atOnce(Items.from(nodesIn.length, (set): readonly number[] => nodesIn[set]!)),
  }
}

function* carry(former: CarriedSets, { after, goingNodes, comingNodes }: Moved): Work<CarriedSets> {
  const { numbers } = former
  const [setOf, sets] = [former.setOf.edit(), former.nodesOf.edit()]
  setOf.grow(after.nodeBound, 0)
  const going = Map.groupBy(goingNodes, (node) => former.setOf.get(node))
  const coming = Map.groupBy(comingNodes, (node) => numbers.numberOf(after, node))
  while (sets.length < numbers.tagsOf.length) sets.set(sets.length, [])
  for (const [set, nodes] of going) {
    const gone = new Set(nodes)
    sets.set(
      set,
      sets.get(set).filter((node) => !gone.has(node)),
    )
    yield
  }
  for (const [set, nodes] of coming) {
    sets.set(set, [...sets.get(set), ...nodes].sort(byNumber))
    for (const node of nodes) setOf.set(node, set)
    yield
  }
  return { ...former, setOf: setOf.finish(), nodesOf: sets.finish() }
}
