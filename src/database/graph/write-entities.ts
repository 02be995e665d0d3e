import { hashEntity } from '../../domain/graph/content-hash.ts'
import type { EntityContent } from '../../domain/graph/graph-content.ts'
import type { CopyValue } from '../tables/copy-rows.ts'
import type { GraphCounts, TableCount } from './counts.ts'
import {
  countRows,
  dropUnchanged,
  writeStaged,
  refuseIfAny,
  type Rows,
  type WriteContext,
} from './writer-context.ts'
import { deleteRows, mergeTable } from '../tables/merge-table.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

const columns = {
  slug: keyType,
  kind_key: keyType,
  domain_key: keyType,
  title: 'text',
  summary: 'text',
  url: 'text',
  status: 'kb_publication_status',
  attributes: 'jsonb',
  position_x: 'double precision',
  position_y: 'double precision',
  weight: 'double precision',
  content_hash: 'text',
  tags: 'text[]',
}

export async function writeEntities(
  context: WriteContext,
  entities: Rows<EntityContent>,
): Promise<GraphCounts> {
  const { client } = context
  const rows = toRows(countRows(context, 'kb_entities', entities))
  const total = await stageRows(client, 'kb_stage_entities', columns, rows, context.signal)
  await refuseIfAny(
    client,
    'SELECT slug FROM pg_temp.kb_stage_entities GROUP BY slug HAVING count(*) > 1',
    (slugs) => `These slugs are given to more than one entity: ${slugs}. Give each its own.`,
  )
  await refuseIfAny(
    client,
    `SELECT DISTINCT kind_key FROM pg_temp.kb_stage_entities EXCEPT SELECT key FROM kb_kinds`,
    (keys) => `No kind has the key ${keys}. Write the kinds before the entities.`,
  )
  await refuseIfAny(
    client,
    `SELECT DISTINCT domain_key FROM pg_temp.kb_stage_entities WHERE domain_key IS NOT NULL EXCEPT SELECT key FROM kb_domains`,
    (keys) => `No domain has the key ${keys}. Write the domains before the entities.`,
  )
  const tags = await countTags(context)
  await dropUnchanged(client, 'kb_stage_entities', 'kb_entities', ['slug'])
  const { slug: _slug, tags: _tags, ...content } = columns
  const spec = {
    table: 'kb_entities',
    stage: 'pg_temp.kb_stage_entities',
    key: ['slug'],
    columns: Object.keys(content),
  }
  const counts = await writeStaged(context, spec, total)
  return { kb_entities: counts, kb_entity_tags: await writeTags(context, tags, counts) }
}

async function countTags({ client }: WriteContext): Promise<number> {
  const found = await client.query<{ count: number }>(
    'SELECT coalesce(sum(cardinality(tags)), 0)::int AS count FROM pg_temp.kb_stage_entities',
  )
  return found.rows[0]?.count ?? 0
}

/** The content hash covers tags, so only written entities can have tags to add or remove. */
async function writeTags(
  { client }: WriteContext,
  total: number,
  written: TableCount,
): Promise<GraphCounts[string]> {
  if (written.inserted + written.updated === 0)
    return { inserted: 0, updated: 0, deleted: 0, unchanged: total }
  // Both tables have grown since the last ANALYZE; plans for the old sizes take minutes.
  await client.query('ANALYZE kb_entities')
  await client.query('ANALYZE pg_temp.kb_stage_entities')
  const staged = 'pg_temp.kb_stage_entities s JOIN kb_entities e USING (slug)'
  const deleted =
    written.updated === 0
      ? 0
      : await deleteRows(
          client,
          'kb_entity_tags',
          `EXISTS (SELECT 1 FROM ${staged} WHERE e.id = t.entity_id AND NOT t.tag = ANY (s.tags))`,
        )
  const { inserted } = await mergeTable(client, {
    table: 'kb_entity_tags',
    from: `(SELECT e.id AS entity_id, unnest(s.tags) COLLATE "C" AS tag FROM ${staged})`,
    key: ['entity_id', 'tag'],
    columns: [],
  })
  return { inserted, updated: 0, deleted, unchanged: total - inserted }
}

async function* toRows(entities: AsyncIterable<EntityContent>): AsyncGenerator<readonly CopyValue[]> {
  for await (const entity of entities) {
    yield [
      entity.slug,
      entity.kind,
      entity.domain,
      entity.title,
      entity.summary,
      entity.url,
      entity.status,
      JSON.stringify(entity.attributes),
      entity.position?.x ?? null,
      entity.position?.y ?? null,
      entity.weight,
      hashEntity(entity),
      [...new Set(entity.tags)],
    ]
  }
}
