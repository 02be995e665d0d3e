import type { Fingerprint, Keyset } from '../domain/paging/cursor.ts'
import type { Page } from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise, Positioned } from '../readers/record.ts'
import { plainListLimit } from '../readers/plain-list.ts'

/** What a client selects of a connection, besides row fields. */
export interface Wanted {
  /** Whether `edges`, `nodes` or `pageInfo` is selected. */
  readonly rows: boolean
  readonly positions: boolean
}

/** A connection before serialization: its page, and how to count all rows. */
export interface List<Item> {
  readonly page: Page<Positioned<Item>>
  readonly fingerprint: Fingerprint
  readonly count: () => MaybePromise<number>
}

export interface ListEdge<Item> {
  readonly item: Item
  readonly position: Keyset | null
  readonly fingerprint: Fingerprint
}

const noPage: Page<Positioned<never>> = { items: [], hasNextPage: false, hasPreviousPage: false }

/** Maps a value or a promise; a plain value stays synchronous. */
export function map<From, To>(value: MaybePromise<From>, to: (value: From) => To): MaybePromise<Awaited<To>> {
  return (value instanceof Promise ? value.then(to) : to(value)) as MaybePromise<Awaited<To>>
}

/** Builds a list; its page is only read if rows are selected. */
export function createList<Item, More extends object>(
  wanted: Wanted,
  fingerprint: Fingerprint,
  read: () => MaybePromise<Page<Positioned<Item>>>,
  count: () => MaybePromise<number>,
  more: More,
): MaybePromise<List<Item> & More> {
  return map(wanted.rows ? read() : noPage, (page) => ({ page, fingerprint, count, ...more }))
}

/** A list without paging; throws BAD_REQUEST if it is too long. */
export function wholeList<Item>(
  items: MaybePromise<readonly Item[]>,
  what: string,
): MaybePromise<readonly Item[]> {
  return map(items, (found) => {
    if (found.length > plainListLimit)
      throw new AppError(
        'BAD_REQUEST',
        `There are more than ${plainListLimit} ${what}; this list cannot be returned in full.`,
      )
    return found
  })
}
