import type { Fingerprint, Keyset } from '../domain/paging/cursor.ts'
import type { Page } from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise, Positioned } from '../readers/record.ts'
import { plainListLimit } from '../readers/plain-list.ts'

/** What a client wants of a connection beside its rows' fields. */
export interface Wanted {
  /** Whether any row is looked at: `edges`, `nodes` or `pageInfo`. */
  readonly rows: boolean
  /** Whether cursors are. */
  readonly positions: boolean
}

/** A connection before it is written: its page, and how to count the whole. */
export interface List<Item> {
  readonly page: Page<Positioned<Item>>
  /** What the cursors belong to. */
  readonly fingerprint: Fingerprint
  readonly count: () => MaybePromise<number>
}

/** One entry of a connection. */
export interface ListEdge<Item> {
  readonly item: Item
  readonly position: Keyset | null
  readonly fingerprint: Fingerprint
}

const noPage: Page<Positioned<never>> = { items: [], hasNextPage: false, hasPreviousPage: false }

/** Map a value that may still be on its way; one that is there is mapped at once. */
export function map<From, To>(value: MaybePromise<From>, to: (value: From) => To): MaybePromise<Awaited<To>> {
  return (value instanceof Promise ? value.then(to) : to(value)) as MaybePromise<Awaited<To>>
}

/** A list from the read of its page, which is left out where no row is looked at. */
export function createList<Item, More extends object>(
  wanted: Wanted,
  fingerprint: Fingerprint,
  read: () => MaybePromise<Page<Positioned<Item>>>,
  count: () => MaybePromise<number>,
  more: More,
): MaybePromise<List<Item> & More> {
  return map(wanted.rows ? read() : noPage, (page) => ({ page, fingerprint, count, ...more }))
}

/**
 * A list that does not page, whole.
 *
 * @throws AppError BAD_REQUEST where it is too long to be given whole
 */
export function wholeList<Item>(
  items: MaybePromise<readonly Item[]>,
  what: string,
): MaybePromise<readonly Item[]> {
  return map(items, (found) => {
    if (found.length > plainListLimit)
      throw new AppError(
        'BAD_REQUEST',
        `There are more than ${plainListLimit} ${what}; this list cannot be read whole.`,
      )
    return found
  })
}
