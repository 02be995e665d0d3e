import type { ClientBase } from 'pg'
import { readBinaryCopy } from '../../../database/tables/binary-copy.ts'
import { allowSilence } from '../../../database/connection/silence.ts'
import { assembleSnapshot, type PlainParts } from '../../../graph/assemble-snapshot.ts'
import { EdgeTable } from '../../../graph/columns/edge-table.ts'
import { EntityTable } from '../../../graph/columns/entity-table.ts'
import { Lineage } from '../../../graph/lineage.ts'
import { KeyIndex } from '../../../graph/columns/key-index.ts'
import { inTurns } from '../../../graph/in-turns.ts'
import type { GraphState, Snapshot } from '../../../graph/snapshot.ts'
import type { DomainContent, KindContent, RelationContent } from '../../../domain/graph/graph-content.ts'
import { createVocabulary } from '../../../graph/columns/vocabulary.ts'
import { TextHeap } from '../../../graph/columns/text-heap.ts'
import { edgeColumns, entityColumns, readEdgeRow, readEntityRow } from './graph-rows.ts'

const longestSilenceMs = 60_000

/**
 * Reads the whole published graph.
 * @param client in a transaction with one snapshot (REPEATABLE READ)
 * @throws SnapshotTooLargeError above `maxBytes`
 */
export async function loadSnapshot(
  client: ClientBase,
  state: GraphState,
  maxBytes: number,
): Promise<Snapshot> {
  // Sorting millions of rows may delay the first one.
  allowSilence(client, longestSilenceMs)
  await client.query(`SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = 0`)
  const lineage = await beginLineage(client)
  const check = () => {
    if (lineage.byteSize > maxBytes) throw new SnapshotTooLargeError(maxBytes)
  }
  await readEntities(client, lineage, check)
  const ends = await readEdges(client, lineage, check)
  check()
  const rows = Uint32Array.from({ length: lineage.entities.rows }, (_, row) => row)
  return inTurns(assembleSnapshot(state, { lineage, rows, ...ends }))
}

/** Sorted by slug, so that row numbers are node numbers. */
async function readEntities(client: ClientBase, lineage: Lineage, check: () => void): Promise<void> {
  const { entities, tags } = lineage
  await readBinaryCopy(
    client,
    `SELECT ${entityColumns.ofTable} FROM kb_entities e WHERE e.status = 'PUBLISHED' ORDER BY e.slug`,
    entityColumns.count,
    (row) => {
      const at = entities.append(readEntityRow(row, 0, lineage))
      if ((at & 0xfff) === 0) check()
    },
  )
  // Separately, since a joint sort would delay the first entity.
  await readBinaryCopy(
    client,
    'SELECT entity_id, array_agg(tag ORDER BY tag) FROM kb_entity_tags GROUP BY entity_id',
    2,
    (row) => {
      const at = entities.findByIdBytes({ bytes: row.bytes, at: row.starts[0]! })
      if (at === -1) return
      entities.setTags(
        at,
        row.texts(1).map((tag) => tags.numberOf(tag)),
      )
    },
  )
}

async function readEdges(
  client: ClientBase,
  lineage: Lineage,
  check: () => void,
): Promise<Pick<PlainParts, 'sourceOf' | 'targetOf'>> {
  const { entities, edges } = lineage
  const nodes = new KeyIndex(entities.slugs)
  const room = edges.columns.relation.length
  const [sourceOf, targetOf] = [new Uint32Array(room), new Uint32Array(room)]
  await readBinaryCopy(client, `SELECT ${edgeColumns.ofTable} FROM kb_edges e`, edgeColumns.count, (row) => {
    const source = nodes.find(row.bytes, row.starts[2]!, row.ends[2]!)
    const target = nodes.find(row.bytes, row.starts[3]!, row.ends[3]!)
    if (source === -1 || target === -1) return
    const edge = edges.append(readEdgeRow(row, 0, lineage))
    sourceOf[edge] = source
    targetOf[edge] = target
    if ((edge & 0xffff) === 0) check()
  })
  return { sourceOf, targetOf }
}

export class SnapshotTooLargeError extends Error {
  override name = 'SnapshotTooLargeError'
  constructor(maxBytes: number) {
    super(`The graph takes more than ${Math.round(maxBytes / 2 ** 20)} MB of memory.`)
  }
}

async function beginLineage(client: ClientBase): Promise<Lineage> {
  const read = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows
  const heap = new TextHeap()
  const kinds = await read<KindContent>(
    'SELECT key, label, description, iri, attribute_schema AS "attributeSchema" FROM kb_kinds',
  )
  const relations = await read<RelationContent>(
    `SELECT key, label, inverse_label AS "inverseLabel", description, is_symmetric AS "isSymmetric", iri,
       source_kinds AS "sourceKinds", target_kinds AS "targetKinds" FROM kb_relations`,
  )
  const domains = await read<DomainContent>('SELECT key, label, color, position FROM kb_domains')
  const expected = await read<{ entities: number; edges: number }>(
    `SELECT (SELECT count(*)::int FROM kb_entities WHERE status = 'PUBLISHED') AS entities,
       (SELECT count(*)::int FROM kb_edges) AS edges`,
  )
  const { entities, edges } = expected[0]!
  return new Lineage(
    createVocabulary(heap, kinds, relations, domains),
    heap,
    new EntityTable(entities),
    new EdgeTable(edges),
  )
}
