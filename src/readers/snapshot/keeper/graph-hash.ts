import { hashGraph, hashJson, hashTable } from '../../../domain/hash.ts'
import { inTurns, type Work } from '../../../graph/in-turns.ts'
import { nothing, type Snapshot } from '../../../graph/snapshot.ts'
import { hashRows, type HashedRows } from './hash-rows.ts'
import { hashInThread } from './hash-thread.ts'

/** Fewer rows are hashed faster than a thread starts. */
const fewRows = 10_000

/** SHA-256 of the published graph, equal to `createGraphHash`; large graphs are hashed in a thread. Pass to `derive`. */
export async function graphHashOf(snapshot: Snapshot): Promise<string> {
  const { terms, entities, edges, nodeCount, edgeCount } = snapshot
  const rowsOfEntities = (add: (row: number) => void) => eachEntityRow(snapshot, add)
  const rowsOfEdges = (add: (row: number) => void) => eachEdge(snapshot, add)
  const tables: HashedRows[] = [
    { hashes: entities.contentHash, rows: await inTurns(collect(nodeCount, rowsOfEntities)) },
    { hashes: edges.contentHash, rows: await inTurns(collect(edgeCount, rowsOfEdges)) },
  ]
  const isSmall = nodeCount + edgeCount <= fewRows
  // If the thread dies, hash here.
  const hashed = isSmall ? tables.map(hashRows) : await hashInThread(tables).catch(() => tables.map(hashRows))
  return hashGraph({
    kb_kinds: hashTable(terms.kinds.all.map(hashJson)),
    kb_relations: hashTable(terms.relations.all.map(hashJson)),
    kb_domains: hashTable(terms.domains.all.map(hashJson)),
    kb_entities: hashed[0]!,
    kb_edges: hashed[1]!,
  })
}

/** Row numbers in shared memory. */
function* collect(count: number, each: (add: (row: number) => void) => Work<void>): Work<Uint32Array> {
  const rows = new Uint32Array(new SharedArrayBuffer(count * 4))
  let at = 0
  yield* each((row) => {
    rows[at++] = row
  })
  return rows
}

const rowsPerTurn = 0x8000

function* eachEntityRow({ rowOf }: Snapshot, add: (row: number) => void): Work<void> {
  for (let node = 0; node < rowOf.length; node++) {
    const row = rowOf.get(node)
    if (row !== nothing) add(row)
    if (node % rowsPerTurn === 0) yield
  }
}

function* eachEdge(snapshot: Snapshot, add: (row: number) => void): Work<void> {
  for (let edge = 0; edge < snapshot.sourceOf.length; edge++) {
    if (snapshot.hasEdge(edge)) add(edge)
    if (edge % rowsPerTurn === 0) yield
  }
}
