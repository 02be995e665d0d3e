import sql, { join, raw, type Sql } from 'sql-template-tag'
import type {
  EdgeField,
  EdgeFields,
  EdgeRecord,
  EntityField,
  EntityFields,
  EntityRecord,
} from '../graph-reader.ts'

const entityColumns: Record<EntityField | 'id' | 'slug', string> = {
  id: 'id',
  slug: 'slug',
  kindKey: 'kind_key',
  domainKey: 'domain_key',
  title: 'title',
  summary: 'summary',
  url: 'url',
  status: 'status',
  attributes: 'attributes',
  tags: '',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  revision: 'revision',
  contentHash: 'content_hash',
}
const edgeColumns: Record<EdgeField | 'id' | 'relationKey' | 'sourceSlug' | 'targetSlug', string> = {
  id: 'id',
  relationKey: 'relation_key',
  sourceSlug: 'source_slug',
  targetSlug: 'target_slug',
  label: 'label',
  weight: 'weight',
  attributes: 'attributes',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  revision: 'revision',
  contentHash: 'content_hash',
}

function columnsOf(
  map: Record<string, string>,
  names: Iterable<string>,
  alias: string,
  prefix: string,
): Sql[] {
  return [...names].map((name) => raw(`${alias}.${map[name]} AS "${prefix}${name}"`))
}

/** The wanted columns of kb_entities under `alias`, named as the record's fields behind `prefix`. */
export function selectEntity(fields: EntityFields, alias: string, prefix = ''): Sql {
  const scalars = [...fields.names].filter((name) => name !== 'tags')
  const tags = sql`ARRAY(SELECT g.tag FROM kb_entity_tags g WHERE g.entity_id = ${raw(alias)}.id ORDER BY g.tag) AS ${raw(`"${prefix}tags"`)}`
  return join([
    ...columnsOf(entityColumns, ['id', 'slug', ...scalars], alias, prefix),
    ...(fields.names.has('tags') ? [tags] : []),
  ])
}

/** The wanted columns of kb_edges under `alias`, and those of its ends under `s` and `t`. */
export function selectEdge(fields: EdgeFields, alias: string, prefix = ''): Sql {
  const names = ['id', 'relationKey', 'sourceSlug', 'targetSlug', ...fields.names]
  return join([
    ...columnsOf(edgeColumns, names, alias, prefix),
    ...(fields.source ? [selectEntity(fields.source, 's', `${prefix}s.`)] : []),
    ...(fields.target ? [selectEntity(fields.target, 't', `${prefix}t.`)] : []),
  ])
}

type Row = Record<string, unknown>

/** The entity in a row that was read with `selectEntity` under the same prefix. */
export function entityOf(row: Row, fields: EntityFields, prefix: string): EntityRecord {
  const record: Row = { id: row[`${prefix}id`], slug: row[`${prefix}slug`] }
  for (const name of fields.names) record[name] = row[prefix + name]
  return record as unknown as EntityRecord
}

/** The edge, with the ends that were asked for, in a row that was read with `selectEdge` without a prefix. */
export function edgeOf(row: Row, fields: EdgeFields, prefix = ''): EdgeRecord {
  const record: Row = {
    id: row[`${prefix}id`],
    relationKey: row[`${prefix}relationKey`],
    sourceSlug: row[`${prefix}sourceSlug`],
    targetSlug: row[`${prefix}targetSlug`],
  }
  for (const name of fields.names) record[name] = row[prefix + name]
  if (fields.source) record['source'] = entityOf(row, fields.source, `${prefix}s.`)
  if (fields.target) record['target'] = entityOf(row, fields.target, `${prefix}t.`)
  return record as unknown as EdgeRecord
}
