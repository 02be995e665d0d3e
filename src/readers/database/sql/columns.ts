import { empty, join, raw, type Sql } from 'sql-template-tag'
import type {
  EdgeField,
  EdgeFields,
  EdgeRecord,
  EntityField,
  EntityFields,
  EntityRecord,
} from '../../graph-reader.ts'
import { plainListLimit } from '../../plain-list.ts'

const entityColumns: Record<EntityField, (alias: string) => string> = {
  id: (e) => `${e}.id`,
  slug: (e) => `${e}.slug`,
  kindKey: (e) => `${e}.kind_key`,
  domainKey: (e) => `${e}.domain_key`,
  title: (e) => `${e}.title`,
  summary: (e) => `${e}.summary`,
  url: (e) => `${e}.url`,
  status: (e) => `${e}.status`,
  attributes: (e) => `${e}.attributes`,
  tags: (e) =>
    `ARRAY(SELECT g.tag FROM kb_entity_tags g WHERE g.entity_id = ${e}.id ORDER BY g.tag LIMIT ${plainListLimit + 1})`,
  createdAt: (e) => `${e}.created_at`,
  updatedAt: (e) => `${e}.updated_at`,
  revision: (e) => `${e}.revision`,
  contentHash: (e) => `${e}.content_hash`,
}
const edgeColumns: Record<EdgeField, (alias: string) => string> = {
  id: (e) => `${e}.id`,
  relationKey: (e) => `${e}.relation_key`,
  sourceSlug: (e) => `${e}.source_slug`,
  targetSlug: (e) => `${e}.target_slug`,
  label: (e) => `${e}.label`,
  weight: (e) => `${e}.weight`,
  attributes: (e) => `${e}.attributes`,
  createdAt: (e) => `${e}.created_at`,
  updatedAt: (e) => `${e}.updated_at`,
  revision: (e) => `${e}.revision`,
  contentHash: (e) => `${e}.content_hash`,
}

export interface Column {
  readonly expression: string
  readonly name: string
}

export function entityColumnsOf(fields: EntityFields, alias: string, prefix = ''): Column[] {
  return [...fields.names].map((name) => ({ expression: entityColumns[name](alias), name: prefix + name }))
}

export function edgeColumnsOf(fields: EdgeFields, prefix = ''): Column[] {
  return [
    ...[...fields.names].map((name) => ({ expression: edgeColumns[name]('e'), name: prefix + name })),
    ...(fields.source ? entityColumnsOf(fields.source, 's', `${prefix}s.`) : []),
    ...(fields.target ? entityColumnsOf(fields.target, 't', `${prefix}t.`) : []),
  ]
}

export function selectList(columns: readonly Column[], more: readonly Sql[] = []): Sql {
  const all = [...columns.map(({ expression, name }) => raw(`${expression} AS "${name}"`)), ...more]
  return all.length === 0 ? empty : join(all)
}

type Row = Record<string, unknown>

/** Reads the columns of `entityColumnsOf` with the same prefix. */
export function entityOf(row: Row, fields: EntityFields, prefix: string): EntityRecord {
  if (prefix === '') return row as unknown as EntityRecord // Columns already have the fields' names.
  const record: Row = {}
  for (const name of fields.names) record[name] = row[prefix + name]
  return record as unknown as EntityRecord
}

/** Reads the columns of `edgeColumnsOf` with the same prefix. */
export function edgeOf(row: Row, fields: EdgeFields, prefix = ''): EdgeRecord {
  const record: Row = {}
  for (const name of fields.names) record[name] = row[prefix + name]
  if (fields.source) record['source'] = entityOf(row, fields.source, `${prefix}s.`)
  if (fields.target) record['target'] = entityOf(row, fields.target, `${prefix}t.`)
  return record as unknown as EdgeRecord
}
