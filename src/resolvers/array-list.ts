import { listFingerprint, type CursorKey } from '../domain/paging/cursor.ts'
import { readPageRequest, toPage, type PageArguments } from '../domain/paging/page.ts'
import type { List } from './list.ts'

/** Pages through an immutable list. Cursors of another `identity` are rejected. */
export function pageArray<Item>(
  items: readonly Item[],
  args: PageArguments,
  cursorKey: CursorKey,
  identity: readonly string[],
): List<Item> {
  const fingerprint = listFingerprint('array', ...identity)
  const request = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  const from = request.after === null ? 0 : Number(request.after[0]) + 1
  const to = request.before === null ? items.length : Number(request.before[0])
  const between = items.slice(from, to).map((item, at) => ({ item, position: [from + at] }))
  const wanted = request.backward ? between.toReversed() : between
  const page = toPage(wanted.slice(0, request.limit + 1), request)
  return { page, fingerprint, count: () => items.length }
}
