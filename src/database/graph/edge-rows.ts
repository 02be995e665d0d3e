import type { ClientBase } from 'pg'
import { hashEdge } from '../../domain/graph/content-hash.ts'
import type { EdgeContent, EdgeKey } from '../../domain/graph/graph-content.ts'
import { updateRow } from '../tables/update-row.ts'

export interface StoredEdge {
  readonly id: string
  readonly revision: number
  readonly contentHash: string
  readonly content: EdgeContent
}

const stored = `SELECT e.id, e.revision, e.content_hash AS "contentHash",
  kb_edge_state(e.relation_key, e.source_slug, e.target_slug, e.label, e.weight, e.attributes) AS content FROM kb_edges e`

export async function readEdge(client: ClientBase, id: string): Promise<StoredEdge | null> {
  const { rows } = await client.query<StoredEdge>(`${stored} WHERE e.id = $1::uuid`, [id])
  return rows[0] ?? null
}

export async function findEdge(client: ClientBase, key: EdgeKey): Promise<StoredEdge | null> {
  const { rows } = await client.query<StoredEdge>(
    `${stored} WHERE e.source_slug = $1 AND e.relation_key = $2 AND e.target_slug = $3`,
    [key.source, key.relation, key.target],
  )
  return rows[0] ?? null
}

export async function readEdgesOf(client: ClientBase, slug: string): Promise<StoredEdge[]> {
  const { rows } = await client.query<StoredEdge>(
    `${stored} WHERE e.source_slug = $1 OR e.target_slug = $1 ORDER BY e.source_slug, e.relation_key, e.target_slug`,
    [slug],
  )
  return rows
}

export async function insertEdge(client: ClientBase, edge: EdgeContent): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO kb_edges (${columns.join(', ')}, created_at, updated_at)
     VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')}, clock_timestamp(), clock_timestamp()) RETURNING id`,
    valuesOf(edge),
  )
  return rows[0]!.id
}

export async function updateEdgeRow(
  client: ClientBase,
  { id, content: before }: StoredEdge,
  after: EdgeContent,
): Promise<void> {
  await updateRow(client, 'kb_edges', id, columns, valuesOf(before), valuesOf(after))
}

export async function deleteEdgeRows(client: ClientBase, ids: readonly string[]): Promise<void> {
  await client.query('DELETE FROM kb_edges WHERE id = ANY($1::uuid[])', [ids])
}

const columns = [
  'relation_key',
  'source_slug',
  'target_slug',
  'label',
  'weight',
  'attributes',
  'content_hash',
]

function valuesOf(edge: EdgeContent): unknown[] {
  const { relation, source, target, label, weight, attributes } = edge
  return [relation, source, target, label, weight, JSON.stringify(attributes), hashEdge(edge)]
}
