import type { StorageBackend } from '../../config.ts'
import type { TableHash } from '../../database/tables/table-hash.ts'
import type { TableShape, TableSource } from '../../database/tables/table-shape.ts'
import type { KeyedValue } from '../../domain/diff-sorted.ts'
import type { GraphRowTable } from '../../domain/graph/graph-rows.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'

export type ParitySide =
  | { readonly backend: Uppercase<StorageBackend> }
  | { readonly deployment: string }
  | { readonly artifact: string }

export type RowStream = Iterable<KeyedValue> | AsyncIterable<KeyedValue>

/** The tables that `GET /api/constellation` covers. */
export type PublicTable = 'kb_domains' | 'kb_entities' | 'kb_edges'

/** A content state of which only the overview is known. */
export interface ContentHead {
  readonly version: number
  readonly hash: string
}

export interface StoredTables {
  /** By name; kb_* and admin_*. */
  readonly shapes: ReadonlyMap<string, TableShape>
  hash(table: string): Promise<TableHash>
  /** Opens a table's rows: at least those of the given buckets. */
  open(table: string, buckets: readonly number[]): Promise<TableSource>
}

export interface ParityStore {
  readonly label: string
  /** Null if only {@link readContentHead} is available. */
  readonly content: ContentDriver | null
  readContentHead(): Promise<ContentHead | null>
  /** Null if only public rows are available. */
  readonly graph: ((table: GraphRowTable) => Promise<RowStream>) | null
  publicRows(table: PublicTable): Promise<RowStream>
  /** Null unless its rows are in Postgres. */
  readonly tables: StoredTables | null
  /** Payload items that are not part of the graph. */
  warnings(): readonly string[]
}

export function labelOf(side: ParitySide): string {
  if ('backend' in side) return side.backend
  return 'deployment' in side ? side.deployment : `backup ${side.artifact}`
}

/** A row's public JSON; fields without a value are omitted. */
export function publicValue(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject
}

/** A key as text, even if a broken deployment returns something else. */
export function keyTextOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
