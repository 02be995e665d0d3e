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

/** One column of a SELECT. */
export interface Column {
  readonly expression: string
  readonly name: string
}

/** The wanted columns of kb_entities under `alias`, named as the record's fields behind `prefix`. */
export function entityColumnsOf(fields: EntityFields, alias: string, prefix = ''): Column[] {
  return [...fields.names].map((name) => ({ expression: entityColumns[name](alias), name: prefix + name }))
}

/** The wanted columns of kb_edges under `e`, and those of its ends under `s` and `t`. */
export function edgeColumnsOf(fields: EdgeFields, prefix = ''): Column[] {
  return [
    ...[...fields.names].map((name) => ({ expression: edgeColumns[name]('e'), name: prefix + name })),
    ...(fields.source ? entityColumnsOf(fields.source, 's', `${prefix}s.`) : []),
    ...(fields.target ? entityColumnsOf(fields.target, 't', `${prefix}t.`) : []),
  ]
}

/** A SELECT list; empty where no column is wanted, which SQL allows. */
export function selectList(columns: readonly Column[], more: readonly Sql[] = []): Sql {
  const all = [...columns.map(({ expression, name }) => raw(`${expression} AS "${name}"`)), ...more]
  return all.length === 0 ? empty : join(all)
}

type Row = Record<string, unknown>

/** The entity in a row that was read with `entityColumnsOf` under the same prefix. */
export function entityOf(row: Row, fields: EntityFields, prefix: string): EntityRecord {
  if (prefix === '') return row as unknown as EntityRecord // Its columns are named as the record's fields.
  const record: Row = {}
  for (const name of fields.names) record[name] = row[prefix + name]
  return record as unknown as EntityRecord
}

/** The edge, with the ends that were asked for, in a row that was read with `edgeColumnsOf` under the same prefix. */
export function edgeOf(row: Row, fields: EdgeFields, prefix = ''): EdgeRecord {
  const record: Row = {}
  for (const name of fields.names) record[name] = row[prefix + name]
  if (fields.source) record['source'] = entityOf(row, fields.source, `${prefix}s.`)
  if (fields.target) record['target'] = entityOf(row, fields.target, `${prefix}t.`)
  return record as unknown as EdgeRecord
}
