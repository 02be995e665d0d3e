import { Snapshot, type GraphState } from './snapshot.ts'
import { uuidText } from './uuid-index.ts'

/** What became of an entity: its row if it is published now, else null. */
export interface EntityChange {
  readonly id: string
  readonly slug: string
  readonly row: number | null
}

/** What became of an edge: its number and its ends if it is visible now, else null. */
export interface EdgeChange {
  readonly id: string
  readonly edge: { readonly number: number; readonly source: string; readonly target: string } | null
}

/**
 * The snapshot after some changes, each subject once; the one before stays as it is. New rows are in the lineage already.
 * Costs time in proportion to nodes and edges only where nodes or edges come and go.
 */
export function moveSnapshot(
  before: Snapshot,
  state: GraphState,
  entities: readonly EntityChange[],
  edges: readonly EdgeChange[],
): Snapshot {
  const nodes = moveNodes(before, entities)
  const ends = moveEdges(before, nodes, edges)
  const { lineage } = before
  const isSameTopology = nodes.renumbered === null && edges.length === 0
  return new Snapshot(state, {
    lineage,
    rowOf: nodes.rowOf,
    ...ends,
    ...(nodes.renumbered === null && { slugs: before.slugs }),
    ...(isSameTopology && { topology: before.topology }),
  })
}

interface Nodes {
  readonly rowOf: Uint32Array
  /** New number of each old node, -1 if it is gone; null if all keep theirs. */
  readonly renumbered: Int32Array | null
  find(slug: string): number
}

function moveNodes(before: Snapshot, changes: readonly EntityChange[]): Nodes {
  const replaced = new Map<number, number>()
  const gone = new Set<number>()
  const added: { slug: string; row: number }[] = []
  for (const { id, slug, row } of changes) {
    const node = findNode(before, id, slug)
    if (row !== null && node !== -1 && before.slugOf(node) === slug) replaced.set(node, row)
    else {
      if (node !== -1) gone.add(node)
      if (row !== null) added.push({ slug, row })
    }
  }
  const rowOf = before.rowOf.slice()
  for (const [node, row] of replaced) rowOf[node] = row
  if (gone.size === 0 && added.length === 0)
    return { rowOf, renumbered: null, find: (slug) => before.find(slug) }
  return renumber(before, rowOf, gone, added)
}

/** Merges the nodes that stay with those that come, in the order of slugs. */
function renumber(
  before: Snapshot,
  rowOf: Uint32Array,
  gone: ReadonlySet<number>,
  added: { slug: string; row: number }[],
): Nodes {
  added.sort((a, b) => (a.slug < b.slug ? -1 : 1))
  const merged = new Uint32Array(before.nodeCount - gone.size + added.length)
  const renumbered = new Int32Array(before.nodeCount)
  const numbers = new Map<string, number>()
  let next = 0
  let to = 0
  const add = () => {
    const { slug, row } = added[next++]!
    numbers.set(slug, to)
    merged[to++] = row
  }
  // Places of the added ones by binary search, so that no slug of the others is looked at.
  const places = added.map(({ slug }) => before.lowerBound(slug))
  for (let node = 0; node < before.nodeCount; node++) {
    while (next < added.length && places[next]! <= node) add()
    if (gone.has(node)) {
      renumbered[node] = -1
      continue
    }
    renumbered[node] = to
    merged[to++] = rowOf[node]!
  }
  while (next < added.length) add()
  return {
    rowOf: merged,
    renumbered,
    find(slug) {
      const number = numbers.get(slug)
      if (number !== undefined) return number
      const node = before.find(slug)
      return node === -1 ? -1 : renumbered[node]!
    },
  }
}

function moveEdges(before: Snapshot, nodes: Nodes, changes: readonly EdgeChange[]) {
  const { edgeNumbers, sourceOf, targetOf } = before
  const { renumbered } = nodes
  if (renumbered === null && changes.length === 0) return { edgeNumbers, sourceOf, targetOf }
  const gone = new Set<number>()
  for (const { id } of changes) {
    const number = before.findEdgeById(id)
    if (number !== -1) gone.add(number)
  }
  const { rows } = before.lineage.edges
  const [sources, targets] = [resized(sourceOf, rows), resized(targetOf, rows)]
  const added = changes.flatMap(({ edge }) => edge ?? [])
  const numbers = new Uint32Array(edgeNumbers.length + added.length)
  let count = 0
  for (const number of edgeNumbers) {
    if (gone.size > 0 && gone.has(number)) continue
    if (renumbered !== null) {
      const source = renumbered[sourceOf[number]!]!
      const target = renumbered[targetOf[number]!]!
      // An edge of an entity that is gone is told of by itself; it must not be seen before that.
      if (source === -1 || target === -1) continue
      sources[number] = source
      targets[number] = target
    }
    numbers[count++] = number
  }
  for (const { number, source, target } of added) {
    const [from, to] = [nodes.find(source), nodes.find(target)]
    if (from === -1 || to === -1) continue
    sources[number] = from
    targets[number] = to
    numbers[count++] = number
  }
  return { edgeNumbers: numbers.slice(0, count), sourceOf: sources, targetOf: targets }
}

function resized(array: Uint32Array, length: number): Uint32Array {
  const copy = new Uint32Array(length)
  copy.set(array.length > length ? array.subarray(0, length) : array)
  return copy
}

/** By slug, which is quick, and by id where the slug has changed. */
function findNode(snapshot: Snapshot, id: string, slug: string): number {
  const node = snapshot.find(slug)
  if (node !== -1 && uuidText(snapshot.entities.id, snapshot.rowOf[node]! * 16) === id) return node
  return snapshot.findById(id)
}
