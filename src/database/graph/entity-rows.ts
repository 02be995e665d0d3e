import type { ClientBase } from 'pg'
import { hashEntity } from '../../domain/graph/content-hash.ts'
import type { EntityContent } from '../../domain/graph/graph-content.ts'
import { updateRow } from '../tables/update-row.ts'

export interface StoredEntity {
  readonly id: string
  readonly revision: number
  readonly contentHash: string
  readonly content: EntityContent
}

const contentOfRow = `jsonb_build_object('slug', e.slug, 'kind', e.kind_key, 'domain', e.domain_key, 'title', e.title,
  'summary', e.summary, 'url', e.url, 'status', e.status, 'tags', kb_tags_of(e.id), 'attributes', e.attributes,
  'position', CASE WHEN e.position_x IS NOT NULL THEN jsonb_build_object('x', e.position_x, 'y', e.position_y) END,
  'weight', e.weight)`

export async function readEntities(client: ClientBase, ids: readonly string[]): Promise<StoredEntity[]> {
  const { rows } = await client.query<StoredEntity>(
    `SELECT e.id, e.revision, e.content_hash AS "contentHash", ${contentOfRow} AS content FROM kb_entities e
     WHERE e.id = ANY($1::uuid[])`,
    [ids],
  )
  return rows
}

export async function insertEntity(client: ClientBase, content: EntityContent): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO kb_entities (${columns.join(', ')}, created_at, updated_at)
     VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')}, clock_timestamp(), clock_timestamp()) RETURNING id`,
    valuesOf(content),
  )
  const { id } = rows[0]!
  await writeTags(client, id, content.tags)
  return id
}

export async function updateEntityRow(
  client: ClientBase,
  { id, content: before }: StoredEntity,
  after: EntityContent,
): Promise<void> {
  await updateRow(client, 'kb_entities', id, columns, valuesOf(before), valuesOf(after))
  await writeTags(client, id, after.tags)
}

export async function deleteEntityRow(client: ClientBase, id: string): Promise<void> {
  await client.query('DELETE FROM kb_entities WHERE id = $1', [id])
}

const columns = [
  'slug',
  'kind_key',
  'domain_key',
  'title',
  'summary',
  'url',
  'status',
  'attributes',
  'position_x',
  'position_y',
  'weight',
  'content_hash',
]

function valuesOf(content: EntityContent): unknown[] {
  const { slug, kind, domain, title, summary, url, status, attributes, position, weight } = content
  const { x, y } = position ?? { x: null, y: null }
  const text = JSON.stringify(attributes)
  return [slug, kind, domain, title, summary, url, status, text, x, y, weight, hashEntity(content)]
}

/** Written after the entity's row, so that tags belong to the same change. */
async function writeTags(client: ClientBase, id: string, tags: readonly string[]): Promise<void> {
  await client.query('DELETE FROM kb_entity_tags WHERE entity_id = $1 AND NOT tag = ANY($2)', [id, tags])
  await client.query('INSERT INTO kb_entity_tags SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', [
    id,
    [...new Set(tags)],
  ])
}
