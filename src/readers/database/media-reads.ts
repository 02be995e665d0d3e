import sql, { raw, type Sql } from 'sql-template-tag'
import type { DerivativeFilter, MediaFilter } from '../../domain/graph/filter.ts'
import type { DerivativeRecord, MediaLookup, MediaReader, MediaRecord } from '../media-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import { allOf, parentKey, readByKey, readPerParent, type Batch } from './sql/batch.ts'
import { keyConditions, logicConditions, stringConditions } from './sql/conditions.ts'
import { countList, countListOf, readList, readListOf, type SimpleList } from './sql/simple-list.ts'
import type { OrderTerm } from './sql/keyset.ts'
import type { RunStatement } from './sql/statement.ts'
import { type View, visible } from './sql/view.ts'

export const mediaColumns = sql`m.id, m.key, m.kind, m.url, m.mime_type AS "mimeType", m.byte_size AS "byteSize", m.content_hash AS "contentHash", m.width, m.height, m.duration_seconds AS "durationSeconds", m.alt, m.caption, m.credit, m.license, m.focal_x AS "focalX", m.focal_y AS "focalY", m.thumb_hash AS "thumbHash", m.availability, m.availability_backends AS "availabilityBackends", m.availability_checked_at AS "availabilityCheckedAt", m.revision`
export const derivativeColumns = sql`d.id, d.media_id AS "mediaId", d.preset, d.url, d.mime_type AS "mimeType", d.width, d.height, d.byte_size AS "byteSize", d.content_hash AS "contentHash", d.recipe_hash AS "recipeHash", d.is_stale AS "isStale"`
/** Shown by a published entity or a step of a published workflow. */
export const isPublicMedia = sql`(EXISTS (SELECT FROM kb_entity_media pm JOIN kb_entities pe ON pe.id = pm.entity_id AND ${visible('pe')} WHERE pm.media_id = m.id) OR EXISTS (SELECT FROM kb_workflow_steps ps JOIN kb_workflows pw ON pw.id = ps.workflow_id AND ${visible('pw')} WHERE ps.media_id = m.id))`
const byKey: OrderTerm = { expression: sql`m.key`, type: 'text', direction: 'ASC' }

function mediaConditions(filter: MediaFilter | null | undefined): Sql[] {
  if (!filter) return []
  const { kind, availability, unused, missingAlt } = filter
  // Uses by drafts must stay hidden.
  const isUsed = sql`EXISTS (SELECT FROM kb_entity_media u JOIN kb_entities e ON e.id = u.entity_id AND ${visible('e')} WHERE u.media_id = m.id)`
  const lacksAlt = sql`coalesce(btrim(m.alt), '') = ''`
  return [
    ...logicConditions(filter, mediaConditions),
    ...keyConditions(sql`m.key`, filter.key),
    ...stringConditions(sql`m.mime_type`, filter.mimeType),
    ...(kind ? [sql`m.kind = ANY(${[...kind]}::kb_media_kind[])`] : []),
    ...(availability ? [sql`m.availability = ANY(${[...availability]}::kb_availability_status[])`] : []),
    ...(unused != null ? [unused ? sql`NOT ${isUsed}` : isUsed] : []),
    ...(missingAlt != null ? [missingAlt ? lacksAlt : sql`NOT ${lacksAlt}`] : []),
  ]
}

function derivativeConditions(filter: DerivativeFilter | null): Sql[] {
  if (!filter) return []
  return [
    ...keyConditions(sql`d.preset`, filter.preset),
    ...stringConditions(sql`d.mime_type`, filter.mimeType),
    ...(filter.stale != null ? [sql`d.is_stale = ${filter.stale}`] : []),
  ]
}

const lookupColumns: Record<MediaLookup['by'], { column: string; type: string }> = {
  id: { column: 'id', type: 'uuid' },
  key: { column: 'key', type: 'text' },
  contentHash: { column: 'content_hash', type: 'text' },
}

function allMedia(visible: readonly Sql[], where: MediaFilter | null): SimpleList {
  return {
    columns: mediaColumns,
    from: sql`kb_media_objects m`,
    terms: [byKey],
    conditions: [...visible, ...mediaConditions(where)],
  }
}

/** The caller already sees the parent, so its media are visible, too. */
function mediaOfParent(where: MediaFilter | null): SimpleList {
  return {
    columns: mediaColumns,
    from: sql`kb_entity_media l JOIN kb_media_objects m ON m.id = l.media_id`,
    terms: [{ expression: sql`l.position`, type: 'int8', direction: 'ASC' }, byKey],
    conditions: [sql`l.entity_id = ${parentKey}`, ...mediaConditions(where)],
  }
}

export function createMediaReads(run: RunStatement, batch: Batch, { sees }: View): MediaReader {
  const visible = sees === 'published' ? [isPublicMedia] : []
  return {
    media(lookup) {
      const { column, type } = lookupColumns[lookup.by]
      const key = lookup.by === 'id' ? lookup.id : lookup.by === 'key' ? lookup.key : lookup.contentHash
      return batch(`media ${lookup.by}`, key, (keys) =>
        readByKey<MediaRecord & { batch_key: string }>(keys, (unique) =>
          // Equal bytes may have several keys: the first wins.
          run(
            sql`SELECT DISTINCT ON (m.${raw(column)}) m.${raw(column)} AS batch_key, ${mediaColumns} FROM kb_media_objects m WHERE ${allOf([sql`m.${raw(column)} = ANY(${unique}::${raw(type)}[])`, ...visible])} ORDER BY m.${raw(column)}, m.key`,
          ),
        ),
      )
    },
    mediaObjects: ({ where, page }) => readList<MediaRecord>(run, allMedia(visible, where), page),
    countMediaObjects: (where) => countList(run, allMedia(visible, where)),
    mediaOf: (entityId, { where, page }) =>
      readListOf<MediaRecord>(
        run,
        batch,
        `mediaOf ${JSON.stringify(where)}`,
        entityId,
        mediaOfParent(where),
        page,
      ),
    countMediaOf: (entityId, where) =>
      countListOf(run, batch, `mediaOf ${JSON.stringify(where)}`, entityId, mediaOfParent(where)),
    derivative: (id) =>
      batch('derivative', id, (ids) =>
        readByKey<DerivativeRecord & { batch_key: string }>(ids, (unique) =>
          run(
            sql`SELECT d.id AS batch_key, ${derivativeColumns} FROM kb_media_derivatives d JOIN kb_media_objects m ON m.id = d.media_id WHERE ${allOf([sql`d.id = ANY(${unique}::uuid[])`, ...visible])}`,
          ),
        ),
      ),
    async isPublicFile(url) {
      const [row] = await run<{ found: boolean }>(
        sql`SELECT EXISTS (SELECT FROM kb_media_objects m WHERE m.url = ${url} AND ${isPublicMedia}) OR EXISTS (SELECT FROM kb_media_derivatives d JOIN kb_media_objects m ON m.id = d.media_id WHERE d.url = ${url} AND ${isPublicMedia}) AS found`,
      )
      return row!.found
    },
    derivativesOf: (mediaId, where) =>
      batch(`derivativesOf ${JSON.stringify(where)}`, mediaId, (ids) =>
        readPerParent<DerivativeRecord>(
          run,
          'uuid',
          ids,
          sql`SELECT ${derivativeColumns} FROM kb_media_derivatives d WHERE ${allOf([sql`d.media_id = ${parentKey}`, ...derivativeConditions(where)])} ORDER BY d.width, d.preset LIMIT ${plainListLimit + 1}`,
        ),
      ),
  }
}
