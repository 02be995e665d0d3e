import type { Keyset } from '../domain/paging/cursor.ts'

/** An answer that the memory reader has at once and the database reader later. */
export type MaybePromise<T> = T | Promise<T>

/** A row with its place in the list; the place only if the query asked for positions. */
export interface Positioned<Item> {
  readonly item: Item
  readonly position: Keyset | null
}
