import { AppError } from '../../errors.ts'
import { decodeCursor, type CursorKey, type Fingerprint, type Keyset } from './cursor.ts'

export interface PageArguments {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

/** A validated page: `limit` rows from the start, or from the end if `backward`. */
export interface PageRequest {
  readonly limit: number
  readonly backward: boolean
  readonly after: Keyset | null
  readonly before: Keyset | null
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

export const maximumPageSize = 100
export const defaultPageSize = 20

export interface CursorReader {
  readonly key: CursorKey
  readonly fingerprint: Fingerprint
  /** Values in a keyset of this list. */
  readonly length: number
}

/** Validates paging arguments; nothing is clamped silently. Throws BAD_REQUEST or BAD_CURSOR. */
export function readPageRequest(args: PageArguments, cursors: CursorReader): PageRequest {
  const { first, last } = args
  if (first != null && last != null)
    throw new AppError('BAD_REQUEST', '`first` and `last` cannot both be given; choose one.', {
      argument: 'last',
    })
  const read = (argument: 'after' | 'before') => {
    const cursor = args[argument]
    return cursor == null
      ? null
      : decodeCursor(cursors.key, cursors.fingerprint, cursors.length, cursor, argument)
  }
  return {
    limit: last != null ? readSize('last', last) : readSize('first', first ?? defaultPageSize),
    backward: last != null,
    after: read('after'),
    before: read('before'),
  }
}

export function readSize(argument: string, size: number, maximum = maximumPageSize): number {
  if (size < 1 || size > maximum)
    throw new AppError('BAD_REQUEST', `\`${argument}\` is ${size}; ask for 1 to ${maximum}.`, {
      argument,
      maximum,
    })
  return size
}

export function toPage<Item>(rows: Item[], request: PageRequest): Page<Item> {
  const isMore = rows.length > request.limit
  const items = isMore ? rows.slice(0, request.limit) : rows
  return request.backward
    ? { items: items.toReversed(), hasNextPage: request.before !== null, hasPreviousPage: isMore }
    : { items, hasNextPage: isMore, hasPreviousPage: request.after !== null }
}
