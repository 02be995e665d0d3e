import type { EntityMarks, PublishedGraph } from '../../../graph/published-graph.ts'
import type { Snapshot } from '../../../graph/snapshot.ts'
import { uuidText } from '../../../graph/columns/uuid-index.ts'
import type { EntityScope } from '../../graph-reader.ts'
import type { SideTables } from './side-tables.ts'

/** Everything the public sees, at one version. */
export class MemoryGraph implements PublishedGraph {
  readonly snapshot: Snapshot
  readonly nouns: SideTables
  /** The version at which each table last changed. */
  readonly tables: Readonly<Record<string, number>>
  readonly marks: EntityMarks
  readonly #derived = new Map<unknown, unknown>()

  constructor(snapshot: Snapshot, nouns: SideTables, tables: Readonly<Record<string, number>>) {
    this.snapshot = snapshot
    this.nouns = nouns
    this.tables = tables
    this.marks = {
      hasMedia: (node) => this.derive(entitiesWithMedia).has(this.idOf(node)),
      hasSource: (node) => nouns.sources.has(this.idOf(node)),
    }
  }

  get byteSize(): number {
    return this.snapshot.byteSize + this.nouns.sources.byteSize
  }

  idOf(node: number): string {
    return uuidText(this.snapshot.entities.id, this.snapshot.rowOf.get(node) * 16)
  }

  /** Computes a value once per graph; `compute` is its key. */
  derive<Result>(compute: (graph: MemoryGraph) => Result): Result {
    if (!this.#derived.has(compute)) this.#derived.set(compute, compute(this))
    return this.#derived.get(compute) as Result
  }

  nodesIn({ of, id }: EntityScope): Uint32Array {
    return toNodes(this.snapshot, this.derive(members[of]).get(id) ?? [])
  }
}

function entitiesWithMedia({ nouns }: MemoryGraph): Set<string> {
  return new Set(nouns.mediaLinks.map(({ entityId }) => entityId))
}

/** Entity ids by the owner of their list. */
const members: Readonly<Record<EntityScope['of'], (graph: MemoryGraph) => Map<string, string[]>>> = {
  media: ({ nouns }) => group(nouns.mediaLinks, ({ mediaId, entityId }) => [mediaId, entityId]),
  workflow: ({ nouns }) =>
    group(nouns.steps, ({ workflowId, entityId }) => (entityId === null ? null : [workflowId, entityId])),
  run: ({ nouns: { sources } }) =>
    group(
      Array.from({ length: sources.count }, (_, row) => row),
      (row) => {
        const { of, id } = sources.subjectOf(row)
        return of === 'edge' ? null : [sources.runIdOf(row), id]
      },
    ),
}

function group<Item>(
  items: Iterable<Item>,
  pairOf: (item: Item) => readonly [key: string, member: string] | null,
): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const item of items) {
    const pair = pairOf(item)
    if (pair === null) continue
    const found = groups.get(pair[0])
    if (found === undefined) groups.set(pair[0], [pair[1]])
    else found.push(pair[1])
  }
  return groups
}

/** The visible entities, by slug, without duplicates. */
function toNodes(snapshot: Snapshot, ids: readonly string[]): Uint32Array {
  const nodes = new Set<number>()
  for (const id of ids) {
    const node = snapshot.findById(id)
    if (node !== -1) nodes.add(node)
  }
  return Uint32Array.from(nodes).sort()
}
