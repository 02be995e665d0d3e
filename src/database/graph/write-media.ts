import type { MediaContent } from '../../domain/graph/graph-content.ts'
import type { GraphCounts } from './counts.ts'
import type { WriteContext } from './writer-context.ts'
import { deleteRows, mergeTable, nextRevision } from '../tables/merge-table.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

const mediaColumns = {
  key: keyType,
  kind: 'kb_media_kind',
  url: 'text',
  mime_type: 'text',
  byte_size: 'bigint',
  content_hash: 'text',
  width: 'integer',
  height: 'integer',
  duration_seconds: 'double precision',
  alt: 'text',
  caption: 'text',
  credit: 'text',
  license: 'text',
  focal_x: 'double precision',
  focal_y: 'double precision',
  thumb_hash: 'text',
}
const derivativeColumns = {
  media_key: keyType,
  preset: keyType,
  url: 'text',
  mime_type: 'text',
  width: 'integer',
  height: 'integer',
  byte_size: 'bigint',
  content_hash: 'text',
  recipe_hash: 'text',
}
const shownColumns = { media_key: keyType, entity_slug: keyType, position: 'integer' }

/** `hashRecipe` in SQL. */
const recipe = `encode(sha256(convert_to(m.content_hash || t.preset, 'UTF8')), 'hex')`

export async function writeMedia(
  { client }: WriteContext,
  media: readonly MediaContent[],
): Promise<GraphCounts> {
  await stageMedia(client, media)
  const [key, ...columns] = Object.keys(mediaColumns) as [string, ...string[]]
  const objects = await mergeTable(client, {
    table: 'kb_media_objects',
    from: 'pg_temp.kb_stage_media',
    key: [key],
    columns,
    onUpdate: nextRevision('kb_media_objects'),
  })
  const { media_key: _, preset: __, ...derivative } = derivativeColumns
  const derivatives = await mergeTable(client, {
    table: 'kb_media_derivatives',
    from: `(SELECT m.id AS media_id, d.* FROM pg_temp.kb_stage_derivatives d JOIN kb_media_objects m ON m.key = d.media_key)`,
    key: ['media_id', 'preset'],
    columns: Object.keys(derivative),
  })
  await markStale(client)
  const shown = `pg_temp.kb_stage_shown s JOIN kb_media_objects m ON m.key = s.media_key JOIN kb_entities e ON e.slug = s.entity_slug`
  const deleted = await deleteRows(
    client,
    'kb_entity_media',
    `t.media_id IN (SELECT m.id FROM pg_temp.kb_stage_media s JOIN kb_media_objects m USING (key))
     AND NOT EXISTS (SELECT 1 FROM ${shown} WHERE m.id = t.media_id AND e.id = t.entity_id)`,
  )
  const placed = await mergeTable(client, {
    table: 'kb_entity_media',
    from: `(SELECT e.id AS entity_id, m.id AS media_id, s.position FROM ${shown})`,
    key: ['entity_id', 'media_id'],
    columns: ['position'],
  })
  return {
    kb_media_objects: objects,
    kb_media_derivatives: derivatives,
    kb_entity_media: { ...placed, deleted },
  }
}

/** A derivative is stale once its recipe no longer matches its original, even if it is not in the input. */
async function markStale(client: WriteContext['client']): Promise<void> {
  const isWrong = `FROM kb_media_objects m JOIN pg_temp.kb_stage_media s USING (key)
    WHERE m.id = t.media_id AND m.content_hash IS NOT NULL AND t.is_stale <> (t.recipe_hash <> ${recipe})`
  const found = await client.query(
    `SELECT 1 FROM kb_media_derivatives t WHERE EXISTS (SELECT 1 ${isWrong}) LIMIT 1`,
  )
  if (found.rowCount === 0) return
  await client.query(`UPDATE kb_media_derivatives t SET is_stale = NOT t.is_stale ${isWrong}`)
}

async function stageMedia(client: WriteContext['client'], media: readonly MediaContent[]): Promise<void> {
  const objects = media.map((one) => [
    one.key,
    one.kind,
    one.url,
    one.mimeType,
    one.byteSize,
    one.contentHash,
    one.width,
    one.height,
    one.durationSeconds,
    one.alt,
    one.caption,
    one.credit,
    one.license,
    one.focalPoint?.x ?? null,
    one.focalPoint?.y ?? null,
    one.thumbHash,
  ])
  const derivatives = media.flatMap(({ key, derivatives }) =>
    derivatives.map((one) => [
      key,
      one.preset,
      one.url,
      one.mimeType,
      one.width,
      one.height,
      one.byteSize,
      one.contentHash,
      one.recipeHash,
    ]),
  )
  const shown = media.flatMap(({ key, shownBy }) =>
    shownBy.map(({ entity, position }) => [key, entity, position]),
  )
  await stageRows(client, 'kb_stage_media', mediaColumns, objects)
  await stageRows(client, 'kb_stage_derivatives', derivativeColumns, derivatives)
  await stageRows(client, 'kb_stage_shown', shownColumns, shown)
}
