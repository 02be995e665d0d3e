import type { StorageBackend } from '../config.ts'
import { listFingerprint, type CursorKey } from '../domain/paging/cursor.ts'
import { hashJson } from '../domain/hash.ts'
import { diffJson, type JsonDiff } from '../domain/json/diff.ts'
import type { JsonObject } from '../domain/json/value.ts'
import { readPageRequest, toPage, type PageArguments } from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import type { ContentDriver, ContentVersion, ContentVersionHead } from '../storage/content-driver.ts'
import { createContentStore } from '../storage/content-store.ts'
import type { Storage } from '../storage/open-storage.ts'
import { createList, type List, type Wanted } from './list.ts'

export interface ContentContext {
  readonly admin: { readonly storage: Storage }
  readonly cursorKey: CursorKey
}

/** The current content state; empty, at version 0, before the first save. */
export interface ContentStateRecord {
  readonly version: number
  readonly state: JsonObject
  readonly hash: string
  readonly backend: StorageBackend
  readonly updatedAt: string
  readonly updatedBy: string | null
}

/** A version as a node; list entries load their state on demand. */
export type ContentVersionRecord = ContentVersionHead &
  Partial<Pick<ContentVersion, 'state'>> & { readonly id: string }

export function asNode(version: ContentVersion | ContentVersionHead): ContentVersionRecord {
  return { ...version, id: String(version.version) }
}

export interface ContentDiffRecord extends JsonDiff {
  readonly from: number
  readonly to: number
}

export async function getContentState({ storage }: ContentContext['admin']): Promise<ContentStateRecord> {
  const found = await storage.driver.read()
  const isFromFallback = storage.pair !== null && storage.pair.status().primary !== null
  const backend = isFromFallback ? storage.order[1]! : storage.active
  if (found === null)
    return { version: 0, state: {}, hash: hashJson({}), backend, updatedAt: neverSaved, updatedBy: null }
  const { version, state, hash, createdAt, createdBy } = found
  return { version, state, hash, backend, updatedAt: createdAt, updatedBy: createdBy }
}

const neverSaved = '1970-01-01T00:00:00.000000Z'

export function listContentVersions(
  { admin: { storage }, cursorKey }: ContentContext,
  args: PageArguments,
  wanted: Wanted,
): List<ContentVersionRecord> | Promise<List<ContentVersionRecord>> {
  const fingerprint = listFingerprint('content-versions')
  const request = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  const versionAt = (keyset: readonly unknown[] | null) => (keyset === null ? undefined : Number(keyset[0]))
  return createList<ContentVersionRecord, object>(
    wanted,
    fingerprint,
    async () => {
      const rows = await storage.driver.listVersions({
        // The list is newest first, so what follows is older.
        before: versionAt(request.after),
        after: versionAt(request.before),
        limit: request.limit + 1,
        order: request.backward ? 'oldest-first' : 'newest-first',
      })
      const page = toPage([...rows], request)
      return { ...page, items: page.items.map((item) => ({ item: asNode(item), position: [item.version] })) }
    },
    () => storage.driver.countVersions(),
    {},
  )
}

/** A version, or null. */
export async function getContentVersion(
  driver: ContentDriver,
  version: number,
): Promise<ContentVersionRecord | null> {
  const found = version < 1 ? null : await driver.readVersion(version)
  return found === null ? null : asNode(found)
}

export async function getStateOf(
  driver: ContentDriver,
  { version }: ContentVersionHead,
): Promise<JsonObject> {
  const found = await driver.readVersion(version)
  if (found === null) throw new AppError('NOT_FOUND', `The content state has no version ${version}.`)
  return found.state
}

/** The diff to the previous version; empty for the first. */
export async function getOwnDiff(
  driver: ContentDriver,
  head: ContentVersionHead,
): Promise<ContentDiffRecord> {
  const from = head.version - 1
  if (from > 0) return getContentDiff(driver, from, head.version)
  return { from, to: head.version, ...diffJson({}, await getStateOf(driver, head)) }
}

/** Throws NOT_FOUND for a missing version. */
export async function getContentDiff(
  driver: ContentDriver,
  from: number,
  to: number,
): Promise<ContentDiffRecord> {
  const diff = await createContentStore(driver).diff(from, to)
  if (diff !== null) return { from, to, ...diff }
  throw new AppError(
    'NOT_FOUND',
    `There is no version ${from} or ${to}; the history goes from 1 to ${await driver.countVersions()}.`,
  )
}
