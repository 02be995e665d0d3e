import type { ClientBase } from 'pg'
import { hashEdge, orientEdge } from '../../domain/graph/content-hash.ts'
import type { EdgeContent } from '../../domain/graph/graph-content.ts'
import type { CopyValue } from '../tables/copy-rows.ts'
import type { GraphCounts } from './counts.ts'
import {
  countRows,
  dropUnchanged,
  writeStaged,
  refuseIfAny,
  type Rows,
  type WriteContext,
} from './writer-context.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

const columns = {
  source_slug: keyType,
  relation_key: keyType,
  target_slug: keyType,
  label: 'text',
  weight: 'double precision',
  attributes: 'jsonb',
  content_hash: 'text',
}
const key = ['source_slug', 'relation_key', 'target_slug']
const stage = 'pg_temp.kb_stage_edges'

export async function writeEdges(context: WriteContext, edges: Rows<EdgeContent>): Promise<GraphCounts> {
  const { client } = context
  const symmetric = await readSymmetricRelations(client)
  const rows = toRows(countRows(context, 'kb_edges', edges), symmetric)
  const staged = await stageRows(client, 'kb_stage_edges', columns, rows, context.signal)
  const doubles = await dropDoubles(client)
  await refuseIfAny(
    client,
    `SELECT DISTINCT relation_key FROM ${stage} EXCEPT SELECT key FROM kb_relations`,
    (keys) => `No relation has the key ${keys}. Write the relations before the edges.`,
  )
  for (const end of ['source_slug', 'target_slug']) {
    await refuseIfAny(
      client,
      `SELECT DISTINCT s.${end} FROM ${stage} s WHERE NOT EXISTS (SELECT 1 FROM kb_entities e WHERE e.slug = s.${end})`,
      (slugs) => `Edges end at entities that are not there: ${slugs}. Write the entities before the edges.`,
    )
  }
  await dropUnchanged(client, 'kb_stage_edges', 'kb_edges', key)
  const spec = {
    table: 'kb_edges',
    stage,
    key,
    columns: ['label', 'weight', 'attributes', 'content_hash'],
  }
  const { inserted, updated } = await writeStaged(context, spec, staged)
  return { kb_edges: { inserted, updated, deleted: 0, unchanged: staged - doubles - inserted - updated } }
}

async function readSymmetricRelations(client: ClientBase): Promise<ReadonlySet<string>> {
  const found = await client.query<{ key: string }>('SELECT key FROM kb_relations WHERE is_symmetric')
  return new Set(found.rows.map((row) => row.key))
}

/** Keeps the first of identical edges; refuses contradicting ones. */
async function dropDoubles(client: ClientBase): Promise<number> {
  const keys = key.join(', ')
  const grouped = `FROM ${stage} GROUP BY ${keys} HAVING count(*) > 1`
  const found = await client.query(`SELECT 1 ${grouped} LIMIT 1`)
  if (found.rowCount === 0) return 0
  await refuseIfAny(
    client,
    `SELECT concat_ws(' ', ${keys}) ${grouped} AND count(DISTINCT content_hash) > 1`,
    (examples) => `These edges are given twice with different content: ${examples}. Keep one of each.`,
  )
  const dropped = await client.query(
    `DELETE FROM ${stage} WHERE ord IN (
       SELECT ord FROM (SELECT ord, row_number() OVER (PARTITION BY ${keys} ORDER BY ord) AS place FROM ${stage}) d WHERE place > 1)`,
  )
  return dropped.rowCount ?? 0
}

async function* toRows(
  edges: AsyncIterable<EdgeContent>,
  symmetric: ReadonlySet<string>,
): AsyncGenerator<readonly CopyValue[]> {
  for await (const given of edges) {
    const edge = orientEdge(given, symmetric.has(given.relation))
    yield [
      edge.source,
      edge.relation,
      edge.target,
      edge.label,
      edge.weight,
      JSON.stringify(edge.attributes),
      hashEdge(edge),
    ]
  }
}
