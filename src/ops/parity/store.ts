import type { StorageBackend } from '../../config.ts'
import type { TableHash } from '../../database/tables/table-hash.ts'
import type { TableShape, TableSource } from '../../database/tables/table-shape.ts'
import type { KeyedValue } from '../../domain/diff-sorted.ts'
import type { GraphRowTable } from '../../domain/graph/graph-rows.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'

/** One side of a comparison: a storage backend, a deployment of the allow-list, or a backup by its id or path. */
export type ParitySide =
  | { readonly backend: Uppercase<StorageBackend> }
  | { readonly deployment: string }
  | { readonly artifact: string }

export type RowStream = Iterable<KeyedValue> | AsyncIterable<KeyedValue>

/** The tables that `GET /api/constellation` tells of. */
export type PublicTable = 'kb_domains' | 'kb_entities' | 'kb_edges'

/** The content state where only what an overview says of it is known. */
export interface ContentHead {
  readonly version: number
  readonly hash: string
}

/** Tables as they are in Postgres, to be compared column by column. */
export interface StoredTables {
  /** By name; kb_* and admin_*. */
  readonly shapes: ReadonlyMap<string, TableShape>
  hash(table: string): Promise<TableHash>
  /** Where its rows can be looked at: at least those of the buckets. */
  open(table: string, buckets: readonly number[]): Promise<TableSource>
}

/** A store as parity sees it; lent for as long as one snapshot of it is held. */
export interface ParityStore {
  readonly label: string
  /** Null if only {@link readContentHead} is to be had. */
  readonly content: ContentDriver | null
  readContentHead(): Promise<ContentHead | null>
  /** Null if only the public rows are to be had. */
  readonly graph: ((table: GraphRowTable) => Promise<RowStream>) | null
  /** What the public sees of the graph. */
  publicRows(table: PublicTable): Promise<RowStream>
  /** Null unless its rows are in Postgres. */
  readonly tables: StoredTables | null
  /** Items of its payload that are no part of the graph, if anything was left out. */
  warnings(): readonly string[]
}

/** What a side is called in reports. */
export function labelOf(side: ParitySide): string {
  if ('backend' in side) return side.backend
  return 'deployment' in side ? side.deployment : `backup ${side.artifact}`
}

/** JSON of a row for the public: fields without a value are left out. */
export function publicValue(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject
}

/** A key as text, whatever a deployment that is not sound may say instead of one. */
export function keyTextOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
