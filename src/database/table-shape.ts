import pg, { type ClientBase, type Pool } from 'pg'

export interface TableColumn {
  readonly name: string
  /** As Postgres writes it: `timestamp(6) with time zone`. */
  readonly type: string
  /** Computed by Postgres from other columns, so that it cannot be written. */
  readonly isGenerated: boolean
}

/** One table of this product, as it is in a database. */
export interface TableShape {
  readonly table: string
  /** In their order in the table. */
  readonly columns: readonly TableColumn[]
  /** Columns that say which row it is; the natural key where there is one. */
  readonly key: readonly string[]
}

/** Where a table's rows are: in the database itself, or loaded from a backup into a temporary table. */
export interface TableSource {
  readonly client: ClientBase
  /** Qualified and quoted: `public.kb_edges`. */
  readonly relation: string
}

/** What people and other databases know a row by. Tables without one go by their primary key. */
const naturalKeys: Readonly<Record<string, readonly string[]>> = {
  kb_entities: ['slug'],
  kb_edges: ['relation_key', 'source_slug', 'target_slug'],
  kb_media_objects: ['key'],
  kb_media_derivatives: ['media_id', 'preset'],
  kb_workflows: ['slug'],
  kb_workflow_steps: ['workflow_id', 'position'],
  kb_provenance_runs: ['key'],
  admin_history: ['version'],
}

/** `public."name"`. */
export function publicRelation(table: string): string {
  return `public.${pg.escapeIdentifier(table)}`
}

/**
 * The tables of this product (kb_* and admin_*) with their columns and keys, by name.
 *
 * @param tables only these; all by default
 */
export async function readTableShapes(
  client: ClientBase | Pool,
  tables: readonly string[] | null = null,
): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape & { primaryKey: string[] }>(
    `SELECT c.relname AS table,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
           'isGenerated', a.attgenerated <> '') ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum))
         FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
         WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS "primaryKey"
     FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^(kb|admin)_'
       AND ($1::text[] IS NULL OR c.relname = ANY ($1))
     ORDER BY c.relname COLLATE "C"`,
    [tables],
  )
  return rows.map(({ table, columns, primaryKey }) => ({
    table,
    columns,
    key: keyOf(columns, [naturalKeys[table], primaryKey, ['id'], ['key']]),
  }))
}

/** The first key whose columns are all there; a table without any goes by all its columns. */
function keyOf(
  columns: readonly TableColumn[],
  candidates: readonly (readonly string[] | undefined)[],
): readonly string[] {
  const names = columns.map(({ name }) => name)
  const isThere = (key: readonly string[] | undefined) =>
    key !== undefined && key.length > 0 && key.every((name) => names.includes(name))
  return candidates.find(isThere) ?? names
}
