import type { ClientBase } from 'pg'
import { AppError } from '../errors.ts'

/** One column, as far as hashing and counting rows needs to know it. */
export interface ColumnShape {
  readonly name: string
  readonly type: string
  /** Made by the database itself for a new row (a random UUID, the next number): another one every time. */
  readonly isMade: boolean
}

/** A table whose rows are told apart by their primary key. */
export interface TableShape {
  readonly name: string
  readonly columns: readonly ColumnShape[]
  readonly primaryKey: readonly string[]
  /** What a reader knows a row by: a unique key that is not made by the database; else the primary key. */
  readonly readableKey: readonly string[]
  /** Columns that refer to the primary key of another table. */
  readonly references: ReadonlyMap<string, string>
}

interface CatalogRow {
  readonly name: string
  readonly columns: readonly ColumnShape[]
  readonly keys: readonly { readonly isPrimary: boolean; readonly columns: readonly string[] }[]
  readonly references: readonly { readonly column: string; readonly table: string }[]
}

/** References are of one column each, and only to the primary key of the other table. */
const catalog = `
  SELECT c.relname AS name,
    (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL), 'isMade',
        a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) ~ '(gen_random_uuid|uuidv[47]|nextval)\\(', false))
        ORDER BY a.attnum)
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
    (SELECT coalesce(json_agg(json_build_object('isPrimary', i.indisprimary, 'columns',
        (SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY k (attnum, at)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)) ORDER BY i.indexrelid), '[]')
      FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL) AS keys,
    (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'table', r.relname)), '[]')
      FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
        JOIN pg_index p ON p.indrelid = r.oid AND p.indisprimary AND p.indnkeyatts = 1 AND p.indkey[0] = f.confkey[1]
      WHERE f.conrelid = c.oid AND f.contype = 'f' AND array_length(f.conkey, 1) = 1) AS references
  FROM pg_class c WHERE c.oid = to_regclass(format('public.%I', $1::text))`

/**
 * Reads the shape of a table of the schema `public`. Computed columns are left out: they follow from the others.
 *
 * @throws AppError NOT_FOUND if there is no such table; BAD_REQUEST if it has no primary key, so that rows could not be told apart
 */
export async function readTableShape(client: ClientBase, name: string): Promise<TableShape> {
  const { rows } = await client.query<CatalogRow>(catalog, [name])
  const found = rows[0]
  if (found === undefined) throw new AppError('NOT_FOUND', `There is no table \`${name}\`.`)
  const { columns, keys, references } = found
  const primaryKey = keys.find(({ isPrimary }) => isPrimary)?.columns
  if (primaryKey === undefined) {
    throw new AppError(
      'BAD_REQUEST',
      `The table \`${name}\` has no primary key, so its rows cannot be counted by what happened to them.`,
    )
  }
  const made = new Set(columns.filter(({ isMade }) => isMade).map((column) => column.name))
  const readable = keys.find((key) => !key.columns.some((column) => made.has(column)))
  return {
    name,
    columns,
    primaryKey,
    readableKey: readable?.columns ?? primaryKey,
    references: new Map(references.map(({ column, table }) => [column, table])),
  }
}

/** Each table after those that it refers to; in a circle the given order decides. */
export function sortByReference(shapes: readonly TableShape[]): TableShape[] {
  const sorted = new Map<string, TableShape>()
  const visit = (shape: TableShape, above: ReadonlySet<string>) => {
    if (sorted.has(shape.name) || above.has(shape.name)) return
    for (const other of shapes) {
      if ([...shape.references.values()].includes(other.name)) visit(other, new Set([...above, shape.name]))
    }
    sorted.set(shape.name, shape)
  }
  for (const shape of shapes) visit(shape, new Set())
  return [...sorted.values()]
}
