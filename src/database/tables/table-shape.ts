import pg, { type ClientBase, type Pool } from 'pg'
import { AppError } from '../../errors.ts'

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly isGenerated: boolean
}

export interface TableShape {
  readonly table: string
  readonly columns: readonly TableColumn[]
  /** Columns that identify a row; the natural key where there is one. */
  readonly key: readonly string[]
}

export interface CatalogTable extends TableShape {
  readonly primaryKey: readonly string[]
  /** The key shown to people: a unique key that the database does not generate; else the primary key. */
  readonly readableKey: readonly string[]
  readonly made: ReadonlySet<string>
  readonly references: ReadonlyMap<string, string>
}

export interface TableSource {
  readonly client: ClientBase
  readonly relation: string
}

/** Keys shared between databases. Other tables use their primary key. */
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

export function publicRelation(table: string): string {
  return `public.${pg.escapeIdentifier(table)}`
}

interface CatalogRow {
  readonly table: string
  readonly columns: readonly TableColumn[]
  readonly made: readonly string[]
  readonly keys: readonly { readonly isPrimary: boolean; readonly columns: readonly string[] }[]
  readonly references: readonly (readonly [column: string, table: string])[]
}

/** Only single-column references to another table's primary key. */
const catalog = `
  SELECT c.relname AS table,
    (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'isGenerated', a.attgenerated <> '') ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT coalesce(json_agg(a.attname), '[]')
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND (a.attidentity <> ''
        OR pg_get_expr(d.adbin, d.adrelid) ~ '(gen_random_uuid|uuidv[47]|nextval)\\(')) AS made,
    (SELECT coalesce(json_agg(json_build_object('isPrimary', i.indisprimary, 'columns',
        (SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY k (attnum, at)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)) ORDER BY i.indexrelid), '[]')
      FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL) AS keys,
    (SELECT coalesce(json_agg(json_build_array(a.attname, r.relname)), '[]')
      FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
        JOIN pg_index p ON p.indrelid = r.oid AND p.indisprimary AND p.indnkeyatts = 1 AND p.indkey[0] = f.confkey[1]
      WHERE f.conrelid = c.oid AND f.contype = 'f' AND array_length(f.conkey, 1) = 1) AS references
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND CASE WHEN $1::text[] IS NULL THEN c.relname ~ '^(kb|admin)_' ELSE c.relname = ANY ($1) END
  ORDER BY c.relname COLLATE "C"`

/** Tables of schema `public`, by name: the given ones that exist, or kb_* and admin_* by default. */
export async function readTableShapes(
  client: ClientBase | Pool,
  tables: readonly string[] | null = null,
): Promise<CatalogTable[]> {
  const { rows } = await client.query<CatalogRow>(catalog, [tables])
  return rows.map(({ table, columns, made, keys, references }) => {
    const primaryKey = keys.find(({ isPrimary }) => isPrimary)?.columns ?? []
    const readable = keys.find((key) => !key.columns.some((column) => made.includes(column)))
    return {
      table,
      columns,
      key: keyOf(columns, [naturalKeys[table], primaryKey, ['id'], ['key']]),
      primaryKey,
      readableKey: readable?.columns ?? primaryKey,
      made: new Set(made),
      references: new Map(references),
    }
  })
}

export async function readTableShape(client: ClientBase, table: string): Promise<CatalogTable> {
  const [shape] = await readTableShapes(client, [table])
  if (shape === undefined) throw new AppError('NOT_FOUND', `There is no table \`${table}\`.`)
  return shape
}

export function sortByReference(shapes: readonly CatalogTable[]): CatalogTable[] {
  const sorted = new Map<string, CatalogTable>()
  const visit = (shape: CatalogTable, above: ReadonlySet<string>) => {
    if (sorted.has(shape.table) || above.has(shape.table)) return
    for (const other of shapes) {
      if ([...shape.references.values()].includes(other.table)) visit(other, new Set([...above, shape.table]))
    }
    sorted.set(shape.table, shape)
  }
  for (const shape of shapes) visit(shape, new Set())
  return [...sorted.values()]
}

/** The first key whose columns all exist; a table without one uses all its columns. */
function keyOf(
  columns: readonly TableColumn[],
  candidates: readonly (readonly string[] | undefined)[],
): readonly string[] {
  const names = columns.map(({ name }) => name)
  const isThere = (key: readonly string[] | undefined) =>
    key !== undefined && key.length > 0 && key.every((name) => names.includes(name))
  return candidates.find(isThere) ?? names
}
