import type { Keyset } from '../domain/paging/cursor.ts'

/** The memory reader answers at once, the database reader later. */
export type MaybePromise<T> = T | Promise<T>

/** A row with its position, if requested. */
export interface Positioned<Item> {
  readonly item: Item
  readonly position: Keyset | null
}
