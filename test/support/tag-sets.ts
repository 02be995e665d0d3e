import type { TagSets } from '../../src/graph/walks/similar-by-tags.ts'

/** The sets of tags of nodes, by node; equal sets are one. */
export function tagSetsOf(lists: readonly (readonly number[])[]): TagSets {
  const keys = lists.map((tags) => tags.toSorted().join())
  const sets = [...new Set(keys)]
  const tagsOf = sets.map((set) => lists[keys.indexOf(set)]!)
  const setsWith = (tag: number) => [...sets.keys()].filter((set) => tagsOf[set]!.includes(tag))
  return {
    setOf: inPlaces(keys.map((key) => sets.indexOf(key))),
    tagsOf,
    nodesOf: inPlaces(sets.map((set) => [...lists.keys()].filter((node) => keys[node] === set))),
    setsWith: new Map([...new Set(lists.flat())].map((tag) => [tag, setsWith(tag)])),
  }
}

function inPlaces<Value>(values: readonly Value[]) {
  return { length: values.length, get: (number: number) => values[number]! }
}
